//! The clocks: the loader's own, and those of the modules `time` and `datetime`. All of them are the host's; the VM's own stop
//! the program where there is no operating system.

use crate::{boundary::Ask, host};
use exocet::raw;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use std::time::Duration;

/// Sets the clock by which the loader times events.
pub(crate) fn set() {
    // A clock may be the user's, and show anything.
    raw::set_clock(|| Duration::try_from_secs_f64(host::monotonic() / 1e3).unwrap_or_default());
}

/// Puts the clocks into the interpreter's module `time`, of which fresh copies are made.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let time = raw::pass_through(vm).lookup("time", vm)?;
    let set = |name: &'static str, function: PyObjectRef| time.set_attr(name, function, vm);
    set("time", vm.new_function("time", || host::now() / 1e3).into())?;
    set("time_ns", vm.new_function("time_ns", || nanoseconds(host::now())).into())?;
    // The rest measure how much time has passed; here one clock serves them all.
    for name in ["monotonic", "perf_counter", "process_time", "thread_time"] {
        set(name, vm.new_function(name, || host::monotonic() / 1e3).into())?;
    }
    for name in ["monotonic_ns", "perf_counter_ns", "process_time_ns", "thread_time_ns"] {
        set(name, vm.new_function(name, || nanoseconds(host::monotonic())).into())?;
    }
    let sleep = |seconds: f64, vm: &VirtualMachine| -> PyResult<()> {
        if seconds.is_nan() || seconds < 0.0 {
            return Err(vm.new_value_error("sleep length must be non-negative"));
        }
        host::ask(&Ask::Sleep(seconds)).map(drop).map_err(|error| error.into_exception(vm))
    };
    set("sleep", vm.new_function("sleep", sleep).into())?;
    // The zone is UTC, as it is where nobody says otherwise.
    set("tzname", vm.ctx.new_tuple(vec![vm.ctx.new_str("UTC").into(), vm.ctx.new_str("UTC").into()]).into())?;
    for name in ["timezone", "altzone", "daylight"] {
        set(name, vm.ctx.new_int(0).into())?;
    }
    #[cfg(feature = "stdlib-pure")]
    dates(vm)?;
    Ok(())
}

/// Makes `datetime.now`, `utcnow` and `today` ask the host.
#[cfg(feature = "stdlib-pure")]
fn dates(vm: &VirtualMachine) -> PyResult<()> {
    use rustpython_vm::{
        AsObject,
        builtins::PyType,
        function::{FuncArgs, KwArgs, OptionalArg},
    };
    let module = raw::pass_through(vm).lookup("_datetime", vm)?;
    let class = module.get_attr("datetime", vm)?;
    let Some(kind) = class.downcast_ref::<PyType>() else { return Ok(()) };
    let utc = module.get_attr("timezone", vm)?.get_attr("utc", vm)?;
    let from_clock = |class: &PyObjectRef, zone: PyObjectRef, vm: &VirtualMachine| {
        vm.call_method(class, "fromtimestamp", (host::now() / 1e3, zone))
    };
    let now = move |class: PyObjectRef, tz: OptionalArg<PyObjectRef>, vm: &VirtualMachine| {
        from_clock(&class, tz.unwrap_or_else(|| vm.ctx.none()), vm)
    };
    let today = move |class: PyObjectRef, vm: &VirtualMachine| from_clock(&class, vm.ctx.none(), vm);
    let utcnow = move |class: PyObjectRef, vm: &VirtualMachine| {
        let now = from_clock(&class, utc.clone(), vm)?;
        let replaced = FuncArgs::new(vec![], KwArgs::from_iter([("tzinfo".to_owned(), vm.ctx.none())]));
        now.get_attr("replace", vm)?.call(replaced, vm)
    };
    for (name, function) in [
        ("now", vm.new_function("now", now)),
        ("today", vm.new_function("today", today)),
        ("utcnow", vm.new_function("utcnow", utcnow)),
    ] {
        let method = vm.ctx.types.classmethod_type.as_object().call((function,), vm)?;
        kind.set_attr(vm.ctx.intern_str(name), method);
    }
    Ok(())
}

/// Whole nanoseconds of a time in milliseconds.
fn nanoseconds(milliseconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "it is a time that a clock shows")]
    let nanoseconds = (milliseconds * 1e6) as i64;
    nanoseconds
}
