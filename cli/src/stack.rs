//! The stack that programs run on: that of the process's first thread.
//!
//! Signals interrupt the first thread's waiting, and the only thread of a forked process is the one that forked, so that a
//! program can't run on any other. Python code that calls itself gets a `RecursionError` as long as there is stack for as many
//! calls as it may make, which takes more than the 8 MiB that are usual. Where the stack can't grow at run time, `build.rs` asks
//! the linker for it.

/// Lets the stack of the first thread grow to 64 MiB, as far as the system's hard limit allows; under a lower one
/// `RecursionError` comes earlier. Processes that the program starts inherit the limit.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(crate) fn grow() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    const STACK: u64 = 64 << 20;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_STACK) else { return };
    let wanted = STACK.min(hard);
    if soft < wanted {
        // Under the old limit everything works but recursion that is very deep.
        let _ = setrlimit(Resource::RLIMIT_STACK, wanted, hard);
    }
}

/// The linker has fixed the size of the stack.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(crate) fn grow() {}
