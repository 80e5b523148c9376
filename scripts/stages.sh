# SPDX-License-Identifier: MIT
# Sourced by the scripts beside it: `stage NAME COMMAND...` says what is done and how long it took.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stage_times=()
current_stage=

stage() {
    current_stage=$1
    local began=$SECONDS
    shift
    echo "== $current_stage"
    "$@"  # not in a condition: that would switch `set -e` off within
    stage_times+=("$(printf '%6d s  %s' $((SECONDS - began)) "$current_stage")")
    current_stage=
}

print_stage_times() {
    echo "== stages"
    printf '%s\n' "${stage_times[@]}"
}

trap '[ -z "$current_stage" ] || echo "== $current_stage: failed" >&2' EXIT
