#!/usr/bin/env bash
# check.sh find_package|add_subdirectory SOURCE BUILD COMPILER: builds the consumer beside this file
# against the project in SOURCE, built in BUILD, in the way named first, and runs it.
set -euo pipefail

way=$1 source=$2 build=$3 compiler=$4
consumer=$source/tests/package/consumer
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# build_and_run CMAKE_ARGUMENT...
build_and_run() {
  cmake -S "$consumer" -B "$folder/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" "$@"
  cmake --build "$folder/build"
  "$folder/build/consumer" "$folder/dump.dat"
}

case $way in
  find_package)
    cmake --install "$build" --prefix "$folder/installed"
    # The prefix may be moved, so nothing in it may name the folders it came from.
    mv "$folder/installed" "$folder/moved"
    if grep -rF --include='*.cmake' -e "$source" -e "$folder/installed" "$folder/moved"; then
      echo "the package names the folders in which it was built" >&2
      exit 1
    fi
    build_and_run -DCMAKE_PREFIX_PATH="$folder/moved"
    ;;
  add_subdirectory)
    launcher=$(command -v ccache || true)
    build_and_run -DTIDEMARK_SOURCE="$source" -DBUILD_SHARED_LIBS=ON \
      -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"
    ;;
esac
