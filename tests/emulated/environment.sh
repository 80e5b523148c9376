# SPDX-License-Identifier: MIT
# Sourced by the scripts beside it: where everything is kept, and what it is made for.
set -euo pipefail
emulated=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_root=$(cd "$emulated/../.." && pwd)

triple=aarch64-linux-gnu
cache=${FTSCALE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ftscale}/emulated-aarch64
mirror=${FTSCALE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$cache"

# quietly LOG COMMAND...: what it prints goes to LOG, and to stderr only when it fails.
quietly() {
    local log=$1 started=$SECONDS
    shift
    echo "$(basename "$0"): working (log: $log)" >&2
    ("$@") >"$log" 2>&1 </dev/null &  # not in a condition: that would switch `set -e` off within
    if ! wait $!; then
        tail -n 20 "$log" >&2
        echo "$(basename "$0"): failed after $((SECONDS - started)) s; the whole log is $log" >&2
        return 1
    fi
    echo "$(basename "$0"): done in $((SECONDS - started)) s" >&2
}

# Two tests at once: the second waits for the first, then finds its work done.
lock() {
    exec 9>"$cache/$1.lock"
    flock 9
}
