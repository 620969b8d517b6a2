#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Proves that the contract suite of sinks can fail: a sink that breaks one promise at a time must
# fail the test of that promise, and pass all tests when it breaks none.
set -eu

check=$KBNT_TEST_BUILDDIR/tests/contract/kbnt-plugin-check
sink=$KBNT_TEST_BUILDDIR/tests/contract/.libs/kbnt-sink-faulty.so
status=0

"$check" "$sink" || status=1
while read -r fault test; do
    # time is not judged under sanitizers
    [ "$fault" = holds ] && [ "${KBNT_TEST_SANITIZERS:-no}" != no ] && continue
    if ! "$check" "$sink" fault="$fault" --test "$test" 2>&1 | grep -q "FAIL  $test"; then
        echo "fault '$fault' was not found by '$test'"
        status=1
    fi
done <<END
changes what_it_has_observed_is_as_before
spills labels_and_helps_stay_in_their_lines
forgets it_renders_a_snapshot_as_text
holds it_renders_a_snapshot_as_text
varies the_same_snapshot_renders_the_same_twice
loses a_thousand_series_do_not_hold_the_loop
END
exit $status
