//! The files of the sources, for the library where the interpreter has no access to the host's: `os` and `io` are made of it.

use crate::interpreter::importlib::import_shared;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyStrRef, pymodule};

pub(crate) use self::_exocet_files::module_def;

/// Puts `open` where programs look for it.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let files = import_shared("_exocet_files", vm)?;
    let io = import_shared("_io", vm)?;
    for name in ["open", "open_code"] {
        io.set_attr(name, files.get_attr(name, vm)?, vm)?;
    }
    // It is a class of the library's, which is loaded when somebody needs it.
    let late = |name: PyStrRef, vm: &VirtualMachine| match name.to_str() {
        Some("FileIO") => import_shared("_exocet_io", vm)?.get_attr("FileIO", vm),
        _ => Err(vm.new_attribute_error(format!("module '_io' has no attribute '{name}'"))),
    };
    io.set_attr("__getattr__", vm.new_function("__getattr__", late), vm)?;
    vm.builtins.set_attr("open", files.get_attr("open", vm)?, vm)?;
    Ok(())
}

#[pymodule]
mod _exocet_files {
    use crate::interpreter::{
        files::{Absence, Files, Kind},
        importlib::import_shared,
        sources::SOURCES,
    };
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyStrRef, function::FuncArgs};

    const ENOENT: i32 = 2;
    const EIO: i32 = 5;
    const ENOTDIR: i32 = 20;
    const EISDIR: i32 = 21;

    /// Whether a folder stands at a path. Where nothing does, the number of the error, below zero, as for all of these.
    #[pyfunction]
    fn is_folder(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
        ask(&path, vm, |files, path| Ok(vm.ctx.new_bool(files.kind(path)? == Kind::Folder).into()))
    }

    /// Whether a folder stands at a path, the size of the file, and the number of the path.
    #[pyfunction]
    fn stat(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
        ask(&path, vm, |files, path| {
            let (kind, number) = files.identity(path)?;
            let size = if kind == Kind::File { files.read(path)?.len() } else { 0 };
            Ok(vm.new_pyobj((kind == Kind::Folder, size, number)))
        })
    }

    /// The bytes of a file.
    #[pyfunction]
    fn read(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
        ask(&path, vm, |files, path| Ok(vm.ctx.new_bytes(files.read(path)?.to_vec()).into()))
    }

    /// The names in a folder, each with whether it is a folder.
    #[pyfunction]
    fn names(path: PyStrRef, vm: &VirtualMachine) -> PyResult {
        ask(&path, vm, |files, path| {
            let pair = |(name, kind)| vm.new_pyobj((name, kind == Kind::Folder));
            Ok(vm.ctx.new_list(files.list(path)?.into_iter().map(pair).collect()).into())
        })
    }

    /// Opens a file, see `_exocet_io.py`, which is loaded when the first file is opened.
    #[pyfunction]
    fn open(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        import_shared("_exocet_io", vm)?.get_attr("open", vm)?.call(args, vm)
    }

    /// Opens a file of code.
    #[pyfunction]
    fn open_code(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        import_shared("_exocet_io", vm)?.get_attr("open_code", vm)?.call(args, vm)
    }

    fn ask(
        path: &PyStrRef,
        vm: &VirtualMachine,
        ask: impl FnOnce(&Files, &str) -> Result<PyObjectRef, Absence>,
    ) -> PyResult {
        // No source has a name that isn't Unicode.
        let answer = path.to_str().ok_or(Absence::Missing).and_then(|path| ask(&SOURCES.of(vm).files(), path));
        let number = match answer {
            Ok(answer) => return Ok(answer),
            Err(Absence::Missing) => ENOENT,
            Err(Absence::NotFolder) => ENOTDIR,
            Err(Absence::IsFolder) => EISDIR,
            Err(Absence::Unreadable(cause)) => {
                let class = vm.ctx.exceptions.os_error.to_owned();
                return Err(vm.new_os_subtype_error(class, Some(EIO), cause.to_string()).upcast());
            }
        };
        Ok(vm.ctx.new_int(-number).into())
    }
}
