//! Arguments that are not UTF-8: the process's own, which the VM reads while it starts, and those of the program.
//!
//! The VM reads the arguments of the process for `sys.orig_argv`, and panics where one isn't UTF-8. While it starts they are
//! therefore replaced by text, if they have to be; afterwards Python gets what they are, with `surrogateescape`, as from CPython.

use crate::error::{Error, Kind};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};
use std::{
    env,
    ffi::{OsStr, OsString},
};

/// Runs `start`, during which the arguments of the process are UTF-8.
///
/// # Errors
/// An argument that isn't, where it can't be replaced.
pub(super) fn while_text<R>(start: impl FnOnce() -> R) -> Result<R, Error> {
    let Some(argument) = env::args_os().find(|argument| argument.to_str().is_none()) else { return Ok(start()) };
    let _replaced = replaced::Replaced::new();
    if env::args_os().any(|argument| argument.to_str().is_none()) {
        let traceback = format!("the argument `{}` of the process is not UTF-8", argument.display());
        return Err(Kind::Start { traceback }.into());
    }
    Ok(start())
}

/// Sets what the VM takes for UTF-8: `sys.argv`, `sys.orig_argv`, and the path of the executable.
pub(super) fn install(arguments: &[OsString], vm: &VirtualMachine) -> PyResult<()> {
    let own: Vec<_> = env::args_os().collect();
    for (name, arguments) in [("argv", arguments), ("orig_argv", &own)] {
        if arguments.iter().any(|argument| argument.to_str().is_none()) {
            let arguments: Vec<PyObjectRef> =
                arguments.iter().map(|argument| vm.fsdecode(argument.as_os_str()).into()).collect();
            vm.sys_module.as_object().set_attr(name, vm.ctx.new_list(arguments), vm)?;
        }
    }
    match env::current_exe() {
        Ok(executable) if executable.to_str().is_none() => ["executable", "_base_executable"]
            .into_iter()
            .try_for_each(|name| vm.sys_module.as_object().set_attr(name, vm.fsdecode(executable.as_os_str()), vm)),
        _ => Ok(()),
    }
}

/// The argument as far as it is text, for the VM's settings.
pub(super) fn text(argument: &OsStr) -> String {
    argument.to_string_lossy().into_owned()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod replaced {
    use std::{
        ffi::{CStr, CString, c_char, c_int},
        ptr,
        sync::atomic::{AtomicPtr, AtomicUsize, Ordering},
    };

    static ARGUMENTS: AtomicPtr<*mut c_char> = AtomicPtr::new(ptr::null_mut());
    static COUNT: AtomicUsize = AtomicUsize::new(0);

    // SAFETY: glibc calls what stands in this section with these parameters, before `main`. Rust's library gets the
    // arguments in the same way, from the same list.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static NOTE: extern "C" fn(c_int, *mut *mut c_char, *const *const c_char) = note;

    extern "C" fn note(count: c_int, arguments: *mut *mut c_char, _: *const *const c_char) {
        ARGUMENTS.store(arguments, Ordering::Relaxed);
        COUNT.store(usize::try_from(count).unwrap_or(0), Ordering::Relaxed);
    }

    /// The arguments that were replaced, with what stood there before. They come back at its end.
    pub(super) struct Replaced(Vec<(&'static AtomicPtr<c_char>, *mut c_char, CString)>);

    impl Replaced {
        /// Puts text in place of each argument that is not UTF-8. Another thread that asks for the arguments meanwhile gets it,
        /// too.
        pub(super) fn new() -> Self {
            let arguments = ARGUMENTS.load(Ordering::Relaxed);
            let count = if arguments.is_null() { 0 } else { COUNT.load(Ordering::Relaxed) };
            let replaced = (0..count).filter_map(|at| {
                // SAFETY: the list has so many places, is never freed, and is changed by nobody but whoever builds a runtime,
                // of whom there is one at a time.
                let place = unsafe { AtomicPtr::from_ptr(arguments.add(at)) };
                let own = place.load(Ordering::Relaxed);
                if own.is_null() {
                    return None;
                }
                // SAFETY: each place points to a string that ends with a null and lives as long as the process.
                let text = unsafe { CStr::from_ptr(own) }.to_string_lossy();
                let std::borrow::Cow::Owned(text) = text else { return None };
                let text = CString::new(text).ok()?;
                place.store(text.as_ptr().cast_mut(), Ordering::Relaxed);
                Some((place, own, text))
            });
            Self(replaced.collect())
        }
    }

    impl Drop for Replaced {
        fn drop(&mut self) {
            for (place, own, _) in &self.0 {
                place.store(*own, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod replaced {
    /// Nothing: here nobody but the system knows where the arguments are.
    pub(super) struct Replaced;

    impl Replaced {
        pub(super) fn new() -> Self {
            Self
        }
    }
}
