//! Asks the linker for a first thread with a large stack, where it can't grow at run time. `src/stack.rs` says what for.

const STACK: u64 = 64 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let option = match (target("VENDOR").as_str(), target("OS").as_str(), target("ENV").as_str()) {
        ("apple", ..) => format!("-Wl,-stack_size,{STACK:#x}"),
        (_, "windows", "msvc") => format!("/STACK:{STACK}"),
        (_, "windows", _) => format!("-Wl,--stack,{STACK}"),
        _ => return,
    };
    println!("cargo::rustc-link-arg-bins={option}");
}
