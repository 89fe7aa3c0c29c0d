#!/usr/bin/env bash
# run.sh BUILD — installs what is in BUILD to a place of its own, and builds the example against it in each way that the
# documentation promises: pkg-config, pkg-config --static, find_package. Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/usr passed=0 failed=0

check()
{
    local name=$1
    shift
    if "$@" > "$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name"
        cat "$work/log"
    fi
}

cmake --install "$build" --prefix "$prefix" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
pc=$(dirname "$(find "$prefix" -name eqlite.pc)")
lib=$(dirname "$pc")
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=$lib

shared()
{
    # shellcheck disable=SC2046 # pkg-config prints words
    cc -std=c11 "$here/example.c" $(pkg-config --cflags --libs eqlite) -o "$work/shared" && "$work/shared"
}

static()
{
    # shellcheck disable=SC2046
    cc -std=c11 "$here/example.c" $(pkg-config --cflags eqlite) "$lib/libeqlite.a" \
        $(pkg-config --static --libs eqlite | sed 's/-leqlite//') -o "$work/static" && "$work/static"
}

package()
{
    cmake -G Ninja -S "$here/cmake" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release &&
        cmake --build "$work/cmake" && "$work/cmake/example_eqlite" && "$work/cmake/example_static"
}

header()
{
    echo '#include <eqlite.h>' | c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -I "$prefix/include" -x c++ -fsyntax-only -
}

program()
{
    "$prefix/bin/eqlite" version && test -d "$prefix/share/eqlite/rules"
}

soname()
{
    readelf -d "$lib/libeqlite.so" | grep -q 'SONAME.*\[libeqlite\.so\.0\]'
}

check "pkg-config, shared" shared
check "pkg-config, static" static
check "find_package" package
check "the header as C++" header
check "the program" program
check "the name of the shared library" soname
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
