#!/usr/bin/env bash
# Makes a sysroot for the WebAssembly targets where rustup has none to offer: compiles the Rust standard library of Debian's
# packages. About two minutes, once for each version of Rust.
#
#   wasm/sysroot.sh FOLDER
set -euo pipefail
folder=$(realpath -m "$1")

packages=(rustc-web cargo-web rust-web-src wasi-libc)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1 || ! compgen -c wasm-ld- >/dev/null; then
    if [ "$(id -u)" != 0 ]; then
        echo "wasm/sysroot.sh: the Debian packages ${packages[*]} lld-22 are needed" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends "${packages[@]}" lld-22 >/dev/null
fi

version=$(/usr/bin/rustc --version)
[ "$(cat "$folder/version" 2>/dev/null || true)" != "$version" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
echo '#![no_std]' >"$work/src/lib.rs"
cat >"$work/Cargo.toml" <<'T'
[package]
name = "sysroot"
version = "0.0.0"
edition = "2024"
[profile.release]
opt-level = "s"
panic = "abort"
[workspace]
T
targets=(wasm32-unknown-unknown wasm32-wasip1)
# Only for the library itself: whatever is compiled against it is compiled as usual.
(cd "$work" && env -u RUSTUP_TOOLCHAIN -u CARGO_BUILD_TARGET RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_INCREMENTAL=0 \
    CARGO_TARGET_DIR="$work/target" RUSTFLAGS="-C embed-bitcode=yes" \
    /usr/bin/cargo build --quiet --release -Z build-std=std,panic_abort "${targets[@]/#/--target=}")
for target in "${targets[@]}"; do
    libraries=$folder/lib/rustlib/$target/lib
    rm -rf "$libraries"
    mkdir -p "$libraries"
    find "$work/target/$target/release/deps" -name 'lib*.rlib' ! -name 'libsysroot-*' -exec cp {} "$libraries" \;
done
own=$folder/lib/rustlib/wasm32-wasip1/lib/self-contained
mkdir -p "$own"
cp /usr/lib/wasm32-wasi/{crt1-command.o,crt1-reactor.o,libc.a} "$own"
echo "$version" >"$folder/version"
