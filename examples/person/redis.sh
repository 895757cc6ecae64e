#!/usr/bin/env bash
# redis.sh start PORT: a Redis server on loopback, with the settings under which it loses nothing that it
# acknowledged, in the folder `redis` beside this file. redis.sh stop: stops it; what it knows stays. Neither
# minds if that is so already.
set -euo pipefail

cd "$(dirname "$0")"
folder=$PWD/redis

fail() {
  echo "redis: $1" >&2
  exit 1
}

# The process id of the server in the folder; nothing if it does not run.
running() {
  local pid
  pid=$(cat "$folder/pid" 2>/dev/null) || return 0
  if [[ $(readlink "/proc/$pid/cwd") == "$folder" ]]; then echo "$pid"; fi
}

explain() {
  cat <<END
A Redis server listens on 127.0.0.1:$1 and keeps what it knows in ./redis. To use it as the counter:
  export TIDEMARK_COUNTER=redis://127.0.0.1:$1
To stop it: make redis-stop
END
}

start() {
  local port=$1
  command -v redis-server >/dev/null ||
    fail "there is no redis-server; run 'make deps' in the project's main folder"
  if [[ -n $(running) ]]; then
    echo "redis: it runs already, as process $(running)"
    explain "$(<"$folder/port")"
    return
  fi
  mkdir -p "$folder"
  chmod 700 "$folder"
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "somebody listens on port $port already; take another: make redis REDIS_PORT=6381"
  fi
  echo "$port" >"$folder/port"
  redis-server --daemonize yes --pidfile "$folder/pid" --logfile "$folder/log" --dir "$folder" \
    --bind 127.0.0.1 --port "$port" --save '' \
    --appendonly yes --appendfsync always --no-appendfsync-on-rewrite no \
    --maxmemory-policy noeviction >/dev/null
  for ((i = 0; i < 100; ++i)); do
    if [[ $(redis-cli -p "$port" PING 2>/dev/null) == PONG ]]; then
      explain "$port"
      return
    fi
    sleep 0.1
  done
  fail "it does not answer; see $folder/log"
}

stop() {
  local pid
  pid=$(running)
  if [[ -z $pid ]]; then
    echo "redis: it does not run"
    return
  fi
  kill "$pid"
  while [[ -n $(running) ]]; do sleep 0.05; done
  echo "stopped; what it knows stays in ./redis for the next 'make redis'"
}

case ${1:-} in
  start) start "${2:?a port}" ;;
  stop) stop ;;
  *) fail "give 'start PORT' or 'stop'" ;;
esac
