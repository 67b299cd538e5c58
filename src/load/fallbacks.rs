//! What the VM's own modules can't do in WebAssembly without an operating system, done in another way.

use crate::interpreter::importlib::import_shared;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};

pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    tell_the_time(vm)?;
    // Its instances lack what they need in subclasses that have an `__init__`. Without it `threading` takes `_threading_local`.
    #[cfg(feature = "library")]
    import_shared("_thread", vm)?.del_attr("_local", vm)?;
    Ok(())
}

/// Makes the functions of `time` that mean now, where no moment is given, ask `time.time` for it. Their own clock stops the program.
fn tell_the_time(vm: &VirtualMachine) -> PyResult<()> {
    let time = import_shared("time", vm)?;
    let now = {
        let time = time.clone();
        move |vm: &VirtualMachine| time.get_attr("time", vm)?.call((), vm)
    };
    let own = |name: &'static str| time.get_attr(name, vm);
    let local = own("localtime")?;
    for name in ["gmtime", "localtime", "ctime"] {
        let (own, now) = (own(name)?, now.clone());
        let asked = move |args: FuncArgs, vm: &VirtualMachine| match args.args.as_slice() {
            [] => own.call((now(vm)?,), vm),
            [moment] if vm.is_none(moment) => own.call((now(vm)?,), vm),
            _ => own.call(args, vm),
        };
        time.set_attr(name, vm.new_function(name, asked), vm)?;
    }
    for (name, given) in [("asctime", 0), ("strftime", 1)] {
        let (own, now, local) = (own(name)?, now.clone(), local.clone());
        let asked = move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult<PyObjectRef> {
            if args.args.len() == given {
                args.args.push(local.call((now(vm)?,), vm)?);
            }
            own.call(args, vm)
        };
        time.set_attr(name, vm.new_function(name, asked), vm)?;
    }
    Ok(())
}
