#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds `kbntctl plugins` and `kbntctl config` to their exit codes and words, without a daemon.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
kbntctl=$KBNT_TEST_BUILDDIR/cli/kbntctl
plugins=$KBNT_TEST_BUILDDIR/plugins/all
abi=$(sed -n 's/^#define KBNT_ABI_M[A-Z]* //p' "$KBNT_TEST_SRCDIR/include/kbnt/kbnt-plugin.h" |
    paste -sd.)
failed=0 passed=0

# expect EXIT-CODE PART COMMAND…: runs kbntctl; its output must contain PART.
expect() {
    code=$1 part=$2
    shift 2
    status=0
    "$kbntctl" "$@" >"$folder/out" 2>&1 || status=$?
    if [ "$status" = "$code" ] && grep -qF -- "$part" "$folder/out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "kbntctl $*: exit code $status, not $code with '$part':"
        cat "$folder/out"
    fi
}

cp "$plugins/kbnt-sink-example.so" "$folder/kbnt-sink-example.so"
head -c 3000 "$plugins/kbnt-sink-example.so" >"$folder/kbnt-sink-short.so"
chmod 755 "$folder"/*.so
printf '[kbnt]\nplugin_dir = %s\nsinks = example\n[htpp]\nlisten = 1\n' "$plugins" >"$folder/kbnt.conf"

expect 0 'A line of text for each request that ends' plugins list --plugin-dir "$plugins"
expect 0 'cut off' plugins list --plugin-dir "$folder"
expect 0 'LGPL-2.1-or-later' plugins info sink example --plugin-dir "$plugins"
expect 0 "\"abi\": \"$abi\"" plugins info "$folder/kbnt-sink-example.so" --json
expect 0 'Leaves out requests that ended well' plugins keys sink example --plugin-dir "$plugins"
expect 0 'ok ' plugins check "$folder/kbnt-sink-example.so"
expect 1 'cut off; copy or build it again' plugins check "$folder/kbnt-sink-short.so"
expect 1 'FAIL plugin' plugins check --plugin-dir "$folder"
expect 1 "did you mean 'example'?" plugins info sink exampel --plugin-dir "$plugins"
expect 1 "there is no kind 'sinks'" plugins info sinks example
expect 2 '' plugins info
expect 1 'kbnt.conf:5: there is no section [htpp]' config check --config "$folder/kbnt.conf"
expect 1 "did you mean 'http'?" config check --config "$folder/kbnt.conf" --json
expect 1 'kbnt.conf:3' config show --config "$folder/kbnt.conf"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
