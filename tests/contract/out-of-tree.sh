#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the example with the very command of the guide against what `make install` gives, and
# holds the result to the contract.
set -eu

if [ "${KBNT_TEST_SANITIZERS:-no}" != no ]; then
    echo "skipped: an instrumented libkbnt needs the instrumented compiler's runtime"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$KBNT_TEST_BUILDDIR"
make -s DESTDIR="$folder/root" \
    install-libLTLIBRARIES install-kbntincludeHEADERS install-pkgconfigDATA >"$folder/install.log" 2>&1 ||
    { cat "$folder/install.log"; exit 1; }

description=$(find "$folder/root" -name kbnt.pc)
sed -i "s|=/|=$folder/root/|" "$description"
PKG_CONFIG_PATH=$(dirname "$description")
export PKG_CONFIG_PATH
cp "$KBNT_TEST_SRCDIR/plugins/sink/example/example.c" "$folder"
command=$(sed -n '/^cc /,/^```/{/^```/!p}' "$KBNT_TEST_SRCDIR/docs/guide/your-first-plugin.md")
(cd "$folder" && eval "$command")

tests/contract/kbnt-plugin-check "$folder/kbnt-sink-example.so"
