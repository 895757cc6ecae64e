#!/usr/bin/env bash
# A fresh start, a stop and a restore of ./main (or of the program named first), with SIGINT and with
# SIGTERM; compares all that is printed. Leaves nothing behind, and no state directory is touched but
# its own.
set -euo pipefail

unset RESTORE_FROM_FILE TIDEMARK_COUNTER TIDEMARK_KEY TIDEMARK_LINEAGE
program=$(realpath "${1:-$(dirname "$0")/main}")
name="Dmitrii Kuvaiskii"
folder=$(mktemp -d)
pid=

clean_up() {
  [[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

fail() {
  echo "check: $1" >&2
  cat actual >&2 || true
  exit 1
}

# run UNTIL SIGNAL COMMAND...: sends SIGNAL once the person is UNTIL years old; the lines go to `actual`.
run() {
  local until=$1 signal=$2 line
  shift 2
  "$@" >pipe 2>&1 &
  pid=$!
  : >actual
  while true; do
    if ! IFS= read -r -t 30 line; then
      (($? <= 128)) || fail "no line for 30 seconds"
      break
    fi
    echo "$line" >>actual
    if [[ $line == "$name is $until years old" ]]; then kill -"$signal" "$pid"; fi
  done <pipe
  wait "$pid" || fail "$* ended with exit code $?"
  pid=
}

# expect FIRST_LINE FROM GENERATION: the lines must be these, up to the age that was reached. Sets `age`.
expect() {
  local first=$1 from=$2 generation=$3
  age=$(sed -n "s/^saved $name, \([0-9]*\) years old.*/\1/p" actual)
  [[ -n $age ]] || fail "nothing was saved"
  {
    [[ -z $first ]] || echo "$first"
    seq -f "$name is %.0f years old" "$from" "$age"
    echo "saved $name, $age years old, to dump.dat (generation $generation)"
  } >expected
  diff expected actual || fail "the lines differ (above: expected <, actual >)"
}

for signal in INT TERM; do
  mkdir "$folder/$signal"
  cd "$folder/$signal"
  export XDG_STATE_HOME=$PWD/state
  mkfifo pipe

  run 37 "$signal" "$program" -name="$name" -age=35 -file=dump.dat -tick=100ms
  expect "" 35 2
  saved=$age
  export RESTORE_FROM_FILE=dump.dat
  run $((saved + 2)) "$signal" "$program" -tick=100ms
  expect "restored $name, $saved years old, from dump.dat (generation 2)" "$saved" 4
  unset RESTORE_FROM_FILE

  echo "SIG$signal: started at 35, saved at $saved, restored at $saved, saved at $age"
done
echo "check: as it should be"
