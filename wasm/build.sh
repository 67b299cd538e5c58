#!/usr/bin/env bash
# Builds Exocet for WebAssembly.
#
#   wasm/build.sh [core] [std] [wasi] [standalone] [guest]      all of them, if none is named
#
# core, std: the guest for JavaScript, small and with a tier of the library each, in wasm/dist/core.wasm and wasm/dist/std.wasm; and what
#            neither has in it, in wasm/dist/names.txt (the names of Unicode) and wasm/dist/encodings.wasm
# wasi:      the command line, in wasm/dist/exocet.wasm
# standalone: what `exocet bundle --wasi` makes commands of, with the library of std, in wasm/dist/standalone.wasm
# guest:     the guest of Rust's isolates, quick and with the library of std, in wasm/dist/guest.wasm
#
# With EXOCET_PACK set the last two are packed as well, as published packages hold them, in cli/standalone.wasm.br and
# isolate/guest.wasm.br: that takes a minute each.
#
# It takes rustup's targets where they can be had. Otherwise it takes Debian's Rust, which has the source of the standard
# library, and compiles that for the two targets; the command line didn't link with Debian's libc for WASI when that was
# tried, for want of `pthread_join`. Tools, that library and what cargo makes are kept in
# ~/.cache/exocet-build, or in the folder that EXOCET_BUILD_CACHE names.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${EXOCET_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/exocet-build}
mkdir -p "$cache"
export CARGO_TARGET_DIR=$cache/target
profile=wasm

# RecursionError comes when this stack ends, which has to be before the one ends that the host has for WebAssembly: an
# overflow of that can't be caught. On V8, whose stack has about a megabyte, each kind of recursion that was tried got a
# RecursionError with 256 to 512 KiB here; with 1 MiB most of them ended the instance.
flags="-C link-arg=-zstack-size=393216"

cargo=(cargo)
if ! rustup target add wasm32-unknown-unknown wasm32-wasip1 >/dev/null 2>&1; then
    "$PWD/wasm/sysroot.sh" "$cache/sysroot"
    # Debian's, whatever else is on the path.
    cargo=(env -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc /usr/bin/cargo)
    flags+=" --sysroot=$cache/sysroot"
    linker=$(compgen -c wasm-ld- | sort -V | tail -1)
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker CARGO_TARGET_WASM32_WASIP1_LINKER=$linker
fi
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS=$flags

# An engine compiles a function when it is first called, and takes the longer the larger it is. LLVM puts a function that is called in
# one place there, up to 15,000 / 5 instructions; with these it is 15,000 / 300, and 3,000 / 300 where others call it as well. One of the
# first 200 loads takes two thirds of the time, what Python computes three quarters, and a tier is 0.1 MB smaller (brotli).
small="-C llvm-args=--inline-instr-cost=300 -C llvm-args=--inline-call-penalty=1500 -C llvm-args=--inline-threshold=3000"

# The paths of this machine are none of the users' business, and would make other bytes of the same source.
remap="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/= --remap-path-prefix=$cache/guest/without/= --remap-path-prefix=$PWD/="

# The guest, with the features and in the profile that are named: wasm/dist/NAME.wasm. The host gives it memory and randomness.
guest() {
    local name=$1 profile=$2 more=$3
    # Cargo doesn't look into what compiles for it, so that a change of that has to be one of the flags.
    more+=" $remap --cfg without=\"$(grep -v '^ *#' wasm/without.sh | sha256sum | cut -c 1-16)\""
    RUSTC_WRAPPER=$PWD/wasm/without.sh CARGO_TARGET_DIR=$cache/guest \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags -C link-arg=--import-memory --cfg getrandom_backend=\"custom\" $more" \
        "${cargo[@]}" build --locked --ignore-rust-version --profile "$profile" --target wasm32-unknown-unknown \
        --manifest-path isolate/guest/Cargo.toml "${@:4}"
    mkdir -p wasm/dist
    cp "$cache/guest/wasm32-unknown-unknown/$profile/exocet_guest.wasm" "wasm/dist/$name.wasm"
}

# A tenth of a tier's code are functions that are the same as others, byte by byte; LLVM's linker keeps them. Nothing else is optimised once
# more: that made programs slower.
same() {
    local file=wasm/dist/$1.wasm
    local tools=$cache/tools/binaryen-132.0.0
    [ -d "$tools/node_modules" ] || npm install --prefix "$tools" --ignore-scripts --no-audit --no-fund --silent "binaryen@${tools##*-}"
    "$tools/node_modules/.bin/wasm-opt" -g --duplicate-function-elimination "$file" -o "$file"
}

# A program for WASI, with the name of its file and of what is made of it. It need not be as small, and builds in a fraction of the time,
# unless it is to be published.
wasi() {
    local file=$1 name=$2 lto=off units=16
    [ -z "${EXOCET_PACK:-}" ] || lto=fat units=1
    CARGO_PROFILE_WASM_LTO=$lto CARGO_PROFILE_WASM_CODEGEN_UNITS=$units "${cargo[@]}" build --locked --ignore-rust-version \
        --profile "$profile" --target wasm32-wasip1 --package "${@:3}"
    mkdir -p wasm/dist
    cp "$CARGO_TARGET_DIR/wasm32-wasip1/$profile/$file.wasm" "wasm/dist/$name.wasm"
    size "$name" "wasm/dist/$name.wasm"
}

# Runs a small program of this repository's.
helper() {
    CARGO_TARGET_DIR=$cache/pack "${cargo[@]}" run --quiet --locked --ignore-rust-version "$@"
}

# What the guests for JavaScript don't have in them.
tables() {
    helper --package exocet-names -- wasm/dist/names.txt
    "${cargo[@]}" build --quiet --locked --ignore-rust-version --profile wasm --target wasm32-unknown-unknown --package exocet-encodings
    cp "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm/exocet_encodings.wasm" wasm/dist/encodings.wasm
    size encodings wasm/dist/encodings.wasm
}

# For publishing.
pack() {
    [ -n "${EXOCET_PACK:-}" ] || return 0
    helper --manifest-path isolate/guest/Cargo.toml --example pack -- "$1" "$2"
    size packed "$2"
}

size() {
    printf '%s: %s bytes, %s gzipped\n' "$1" "$(stat -c %s "$2")" "$(gzip -9 -c "$2" | wc -c)"
}

[ $# -gt 0 ] || set -- core std wasi standalone guest
for what in "$@"; do
    case $what in
        core | std)
            if [ $what = core ]; then guest core wasm "$small" --no-default-features; else guest std wasm "$small"; fi
            same "$what"
            size "$what" "wasm/dist/$what.wasm"
            tables
            ;;
        wasi) wasi exocet exocet exocet-cli --no-default-features --features stdlib ;;
        standalone)
            wasi exocet-standalone standalone exocet-standalone
            pack wasm/dist/standalone.wasm cli/standalone.wasm.br
            ;;
        guest)
            # At the start of each function it looks whether it is to be interrupted, so more functions than usual become part of
            # those that call them: that makes it 6 % faster, and 13 % larger when it is packed.
            guest guest guest "-C llvm-args=--inline-threshold=600"
            size guest wasm/dist/guest.wasm
            pack wasm/dist/guest.wasm isolate/guest.wasm.br
            ;;
        *)
            echo "wasm/build.sh: there is no $what; core, std, wasi, standalone and guest can be built" >&2
            exit 2
            ;;
    esac
done
