//! What the VM's own modules can't do without a host, and what they can't do in WebAssembly without an operating system, done in
//! another way.

use rustpython_vm::{AsObject, PyResult, VirtualMachine, function::FuncArgs};

pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    print_to_nobody(vm)?;
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    tell_the_time(vm)?;
    // Its instances lack what they need in subclasses that have an `__init__`. Without it `threading` takes `_threading_local`.
    #[cfg(all(feature = "library", target_family = "wasm", target_os = "unknown"))]
    crate::interpreter::importlib::import_shared("_thread", vm)?.del_attr("_local", vm)?;
    Ok(())
}

/// Makes the streams that aren't there `None`, and lets `print` do nothing while `sys.stdout` is `None`, as in CPython. The VM has
/// another object of the class of `None` for each, and its `print` asks that one to write.
fn print_to_nobody(vm: &VirtualMachine) -> PyResult<()> {
    for name in ["stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"] {
        if vm.sys_module.get_attr(name, vm).is_ok_and(|stream| stream.class().is(vm.ctx.types.none_type)) {
            vm.sys_module.set_attr(name, vm.ctx.none(), vm)?;
        }
    }
    let own = vm.builtins.get_attr("print", vm)?;
    let print = move |args: FuncArgs, vm: &VirtualMachine| {
        let given = args.kwargs.get("file").is_some_and(|file| !vm.is_none(file));
        let nobody = !given && vm.sys_module.get_attr("stdout", vm).is_ok_and(|stdout| vm.is_none(&stdout));
        if nobody { Ok(vm.ctx.none()) } else { own.call(args, vm) }
    };
    vm.builtins.set_attr("print", vm.new_function("print", print), vm)
}

/// Makes the functions of `time` that mean now, where no moment is given, ask `time.time` for it. Their own clock stops the program.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn tell_the_time(vm: &VirtualMachine) -> PyResult<()> {
    use crate::interpreter::importlib::import_shared;
    use rustpython_vm::PyObjectRef;

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
