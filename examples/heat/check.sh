#!/usr/bin/env bash
# check.sh: a run of ./main from its begin to its end, and another that is killed with kill -9 again
# and again. Both must end with the same bits. Leaves nothing behind, and no state directory is touched
# but its own.
set -euo pipefail

unset TIDEMARK_COUNTER TIDEMARK_KEY
here=$(realpath "$(dirname "$0")")
kills=10
folder=$(mktemp -d)
pid=

clean_up() {
  [[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

fail() {
  echo "check: $1" >&2
  exit 1
}

cd "$folder"
export XDG_STATE_HOME=$folder/state

# run NAME: with a checkpoint and a picture of that name; its lines go to NAME.lines.
run() {
  exec "$here/main" -size=1500 -steps=600 -every=200ms -file="$1.dat" -picture="$1.png" >"$1.lines" 2>&1
}

# say WHAT NAME: the first line of the run and its last two.
say() {
  echo "$1:"
  { head -n 1 "$2.lines"; tail -n 2 "$2.lines"; } | uniq | sed 's/^/  /'
}

(run whole) || fail "the uninterrupted run failed: $(cat whole.lines)"
say "uninterrupted" whole

# A kill counts if it came before the end; each run may go a little further than the last one.
for ((killed = 0; killed < kills; ++killed)); do
  run broken &
  pid=$!
  sleep "0.$((RANDOM % 6 + 3))"
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null && break
  say "killed" broken
done
pid=
(run broken) || fail "the last run failed: $(cat broken.lines)"
say "killed $killed times, and now left alone" broken

((killed > 0)) || fail "it ended before it could be killed"
result() { sed -n 's/^finished .*, //p' "$1.lines"; }
[[ -n $(result whole) ]] || fail "the uninterrupted run has no result"
[[ $(result whole) == "$(result broken)" ]] || fail "the fields differ"
cmp whole.png broken.png || fail "the pictures differ"
echo "check: the same bits, with kills and without"
