#!/usr/bin/env bash
# check.sh native|gramine-direct|gramine-sgx: a fresh start, a stop and a restore of ./main, with
# SIGINT and with SIGTERM, or under Gramine with a plain and with an encrypted mount; compares all that
# is printed. Leaves nothing behind, and no state directory is touched but its own.
set -euo pipefail

unset RESTORE_FROM_FILE TIDEMARK_COUNTER TIDEMARK_KEY TIDEMARK_LINEAGE
here=$(realpath "$(dirname "$0")")
loader=${1:-native}
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

# skip WHY: nothing is wrong, but nothing was run either.
skip() {
  echo "check: $loader: skipped, $1"
  exit 0
}

case $loader in
  native) ;;
  gramine-direct | gramine-sgx)
    command -v "$loader" >/dev/null || skip "it is not on the PATH"
    [[ $loader == gramine-direct || -e /dev/sgx_enclave ]] || skip "this machine has no /dev/sgx_enclave"
    ;;
  *) fail "$loader is none of native, gramine-direct and gramine-sgx" ;;
esac

# is_ours LINE: whether the program printed it; Gramine may log anything in between.
is_ours() {
  [[ $loader == native || $1 =~ ^("person: "|"saved "|"restored "|"$name is ") ]]
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
    is_ours "$line" || continue
    echo "$line" >>actual
    if [[ $line == "$name is $until years old" ]]; then kill -"$signal" "$pid"; fi
  done <pipe
  wait "$pid" || fail "$* ended with exit code $?"
  pid=
}

# expect FIRST_LINE FROM FILE GENERATION: the lines must be these, up to the age that was reached. Sets
# `age`.
expect() {
  local first=$1 from=$2 file=$3 generation=$4
  age=$(sed -n "s/^saved $name, \([0-9]*\) years old.*/\1/p" actual)
  [[ -n $age ]] || fail "nothing was saved"
  {
    [[ -z $first ]] || echo "$first"
    seq -f "$name is %.0f years old" "$from" "$age"
    echo "saved $name, $age years old, to $file (generation $generation)"
  } >expected
  diff expected actual || fail "the lines differ (above: expected <, actual >)"
}

# walk SIGNAL FILE COMMAND...: in a folder of its own, the current one.
walk() {
  local signal=$1 file=$2 saved
  shift 2
  export XDG_STATE_HOME=$PWD/state
  mkfifo pipe

  run 37 "$signal" "$@" -name="$name" -age=35 -file="$file" -tick=100ms
  expect "" 35 "$file" 2
  saved=$age
  export RESTORE_FROM_FILE=$file
  run $((saved + 2)) "$signal" "$@" -tick=100ms
  expect "restored $name, $saved years old, from $file (generation 2)" "$saved" "$file" 4
  unset RESTORE_FROM_FILE

  echo "$loader, SIG$signal: started at 35, saved at $saved to $file, restored at $saved, saved at $age"
}

if [[ $loader == native ]]; then
  for signal in INT TERM; do
    mkdir "$folder/$signal"
    cd "$folder/$signal"
    walk "$signal" dump.dat "$here/main"
  done
else
  made=(main main.manifest)
  [[ $loader == gramine-direct ]] || made+=(main.manifest.sgx main.sig)
  # SIGINT ends Gramine itself: the program never sees it.
  for file in dump.dat dump.enc.dat; do
    mkdir "$folder/$file"
    (cd "$here" && cp "${made[@]}" "$folder/$file")
    cd "$folder/$file"
    walk TERM "$file" "$loader" ./main
  done
fi
echo "check: as it should be"
