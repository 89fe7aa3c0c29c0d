#!/usr/bin/env bash
# run.sh BUILD — makes Debian's packages of what is in BUILD, lets lintian look at them, unpacks them to a place of their
# own, and uses what lies there: the program, its pages, the library through pkg-config and find_package. The tools of
# Debian must be there, else it skips with exit status 77; lintian may be missing. Ends with "N passed, N failed".
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
embed=$here/../embed
build=$1
for tool in cpack dpkg-deb dpkg-shlibdeps; do
    command -v "$tool" > /dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debs=$work/debs root=$work/root passed=0 failed=0 skipped=0

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

# make FOLDER: the packages, from what is built already.
make()
{
    (cd "$build" && umask 022 && cpack -G DEB -B "$1")
}

make "$debs" > "$work/log" 2>&1 || { cat "$work/log"; echo "0 passed, 1 failed"; exit 1; }
rm -rf "$debs/_CPack_Packages"
for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$root"
done
lib=$(dirname "$(find "$root" -name libeqlite.so)")
version=$("$root/usr/bin/eqlite" version | sed -n '1s/eqlite //p')

# field NAME PACKAGE: of its control file.
field()
{
    dpkg-deb -f "$debs/$2"_*.deb "$1"
}

names()
{
    local package
    [ "$(find "$debs" -name '*.deb' | wc -l)" -eq 4 ] || return 1
    for package in eqlite "libeqlite${version%%.*}" libeqlite-dev eqlite-doc; do
        [ "$(field Package "$package")" = "$package" ] && [ "$(field Version "$package")" = "$version-1" ] || return 1
    done
    [ "$(field Architecture eqlite-doc)" = all ] && [ "$(field Architecture eqlite)" = "$(dpkg --print-architecture)" ]
}

dependencies()
{
    field Depends eqlite | grep -q 'libarchive13.*libpcre2-8-0' &&
        field Depends "libeqlite${version%%.*}" | grep -q 'libc6' &&
        field Depends libeqlite-dev | grep -qxF "libeqlite${version%%.*} (= $version-1)"
}

# The program does not need the library, and its page is compressed.
program()
{
    mkdir -p "$work/here" && cd "$work/here" &&
        "$root/usr/bin/eqlite" test "$root/usr/share/eqlite/rules" &&
        gzip -dc "$root/usr/share/man/man1/eqlite-run.1.gz" | grep -q '^\.TH EQLITE-RUN 1' &&
        ! ldd "$root/usr/bin/eqlite" | grep -q libeqlite
}

symbols()
{
    local listed shown
    listed=$(dpkg-deb --ctrl-tarfile "$debs/libeqlite${version%%.*}"_*.deb | tar -xO ./symbols | sed -n 's/^ \(.*\)@EQLITE_0 .*/\1/p')
    shown=$(nm -D --defined-only "$lib/libeqlite.so" | awk '{ sub(/@.*/, "", $3); print $3 }')
    [ -n "$shown" ] && diff <(sort <<< "$listed") <(sort <<< "$shown")
}

pkgconfig()
{
    # shellcheck disable=SC2046 # pkg-config prints words
    cc -std=c11 "$embed/example.c" -o "$work/example" \
        $(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs eqlite) &&
        LD_LIBRARY_PATH=$lib "$work/example"
}

header()
{
    local flags=(-Wall -Wextra -Wpedantic -Werror -I "$root/usr/include" -fsyntax-only)
    echo '#include <eqlite.h>' > "$work/header.c"
    cc -std=c11 "${flags[@]}" "$work/header.c" && c++ -std=c++17 "${flags[@]}" -x c++ "$work/header.c"
}

package()
{
    cmake -G Ninja -S "$embed/cmake" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$root/usr" -DCMAKE_BUILD_TYPE=Release &&
        cmake --build "$work/cmake" && "$work/cmake/example_eqlite" && "$work/cmake/example_static"
}

# Every file is in exactly one package, with its sum.
sums()
{
    local deb
    for deb in "$debs"/*.deb; do
        dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./md5sums || return 1
    done > "$work/sums"
    (cd "$root" && md5sum --quiet -c "$work/sums") &&
        diff <(cd "$root" && find . -type f | sed 's|^\./||' | sort) <(cut -c35- "$work/sums" | sort)
}

again()
{
    local deb
    make "$work/again" && for deb in "$debs"/*.deb; do
        cmp "$deb" "$work/again/$(basename "$deb")" || return 1
    done
}

# Warnings too; what is overridden says why in packaging/overrides.in.
lintian_accepts()
{
    lintian --allow-root --fail-on error,warning "$debs"/*.deb
}

check "names and versions" names
check "dependencies" dependencies
check "the program" program
check "the symbols are those of the library" symbols
check "the header as C and C++" header
check "pkg-config" pkgconfig
check "find_package" package
check "sums of all files" sums
check "the same bytes another time" again
if command -v lintian > /dev/null; then
    check "lintian" lintian_accepts
else
    skipped=1
    echo "skipped: no lintian"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
