//! The second half: the interpreter learns of the process that it goes on in.

use exocet::vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    function::{FuncArgs, KwArgs},
};
use std::{
    env,
    ffi::OsStr,
    io::{IsTerminal, stderr, stdout},
};

/// Renews what belongs to a process: its arguments, its environment, its randomness. The seed of the hashes of strings is that of
/// the file, since the dicts of what is loaded are built on it.
pub(crate) fn wake(vm: &VirtualMachine) -> PyResult<()> {
    let arguments: Vec<PyObjectRef> = env::args_os().map(|argument| vm.fsdecode(argument).into()).collect();
    for name in ["argv", "orig_argv"] {
        vm.sys_module.set_attr(name, vm.ctx.new_list(arguments.clone()), vm)?;
    }
    for (name, is_terminal) in [("stdout", stdout().is_terminal()), ("stderr", stderr().is_terminal())] {
        if is_terminal {
            let stream = vm.sys_module.get_attr(name, vm)?;
            let lines = KwArgs::from_iter([("line_buffering".to_owned(), vm.ctx.true_value.clone().into())]);
            stream.get_attr("reconfigure", vm)?.call(FuncArgs::new(Vec::new(), lines), vm)?;
        }
    }
    rand::rng().reseed().map_err(|error| vm.new_os_error(error.to_string()))?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    if let Ok(random) = modules.get_item("random", vm) {
        vm.call_method(&random, "seed", ())?;
    }
    if let Ok(os) = modules.get_item("os", vm) {
        let environ = os.get_attr("environ", vm)?;
        // What the mapping writes to. Through the mapping itself each variable would be set in the process once more.
        let data = environ.get_attr("_data", vm)?;
        let coded =
            |coder: &'static str, text: &OsStr| environ.get_attr(coder, vm)?.as_object().call((vm.fsdecode(text),), vm);
        for (name, value) in env::vars_os() {
            data.set_item(&*coded("encodekey", &name)?, coded("encodevalue", &value)?, vm)?;
        }
    }
    Ok(())
}
