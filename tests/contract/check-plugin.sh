#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs kbnt-plugin-check on one built plugin, named by its libtool file as `make check` names it.
# What the suites need to be set for a plugin stands in its row below: bounds low enough to be
# met, latencies that do not make the tests wait.
set -eu

libtool_file=$1
name=$(basename "$libtool_file" .la)
case $name in
kbnt-transport-memory) set -- capacity_records=4000 ;;
kbnt-transport-kafka)
    if [ "${KBNT_TEST_SANITIZERS:-no}" = thread ]; then
        echo "skipped: ThreadSanitizer does not see the locks of librdkafka"
        exit 77
    fi
    exec "$KBNT_TEST_SRCDIR/tests/kafka/on-mock.sh" "$(dirname "$libtool_file")/.libs/$name.so"
    ;;
kbnt-provisioner-mock) set -- latency_factor=0.05 ;;
kbnt-sink-log) set -- path=/dev/null level=debug ;;
*) set -- ;;
esac

exec "$KBNT_TEST_BUILDDIR/tests/contract/kbnt-plugin-check" \
    "$(dirname "$libtool_file")/.libs/$name.so" "$@"
