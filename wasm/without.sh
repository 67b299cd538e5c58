#!/usr/bin/env bash
# Compiles for the guest as rustc does, but some crates without what nothing in WebAssembly can use, for which they have no features.
# Cargo calls it as RUSTC_WRAPPER, with rustc and its arguments.
#
# What is left out: half a megabyte of the package for JavaScript.
# - rustpython-stdlib's native modules for files that the guest's library doesn't have (the codecs of East Asia, with tables of 0.6 MB), or
#   which do without them (`asyncio`, `zoneinfo`).
# - rustpython-vm's native modules for more interpreters than one, and for CPython's own tests.
# - malachite's fast Fourier transforms with their tables of 0.3 MB, which multiply large integers. They live by fused multiplications, for
#   which WebAssembly has no instruction: on V8, Toom and Cook's method multiplies integers of 60,000 digits in a sixth of the time, and
#   such ones of a million in a third.
set -euo pipefail

arguments=("$@")
crate=
for at in "${!arguments[@]}"; do
    case ${arguments[at]} in
        --crate-name) crate=${arguments[at + 1]} ;;
        */src/lib.rs) root=$at ;;
    esac
done

# Makes a copy of the crate, which is compiled in its place.
copy() {
    local original=${arguments[root]%/src/lib.rs}
    copy=$CARGO_TARGET_DIR/without/${original##*/}
    rm -rf "$copy"
    mkdir -p "${copy%/*}"
    cp -r "$original" "$copy"
    arguments[root]=$copy/src/lib.rs
}

# Edits a file of the copy; an expression that finds nothing there is an error.
edit() {
    local file=$copy/src/$1 expression
    for expression in "${@:2}"; do
        sed -E -i.before "$expression" "$file"
        if cmp -s "$file" "$file.before"; then
            echo "wasm/without.sh: nothing in $crate's $1 is what '$expression' edits" >&2
            exit 1
        fi
    done
}

# Takes modules out of the list of those that are built in.
leave_out() {
    local module
    for module in "${@:2}"; do
        edit "$1" "/^        $module::module_def\(ctx\),$/d"
    done
}

case $crate in
    rustpython_stdlib)
        copy
        leave_out lib.rs _asyncio _remote_debugging _zoneinfo 'cjkcodecs::\w+'
        ;;
    rustpython_vm)
        copy
        leave_out stdlib/mod.rs _interpchannels _interpqueues _interpreters _testinternalcapi
        ;;
    malachite_nz)
        copy
        for file in platform_32.rs platform_64.rs natural/arithmetic/square.rs natural/arithmetic/mul/mod.rs; do
            edit "$file" 's/((FFT_MUL|MUL_FFT|SQR_FFT)_THRESHOLD: usize) = .*;/\1 = usize::MAX;/'
        done
        ;;
esac
exec "${arguments[@]}"
