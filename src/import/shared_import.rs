//! The interpreter's own `__import__` and `importlib.import_module`, which find out whose import it is before they import.

use super::{asker, hook::Import};
use crate::{
    interpreter::{
        frames::{Caller, Importing},
        importlib::IMPORT_SYSTEM,
    },
    load::instances,
};
use rustpython_vm::{
    Py, PyPayload, PyResult, VirtualMachine,
    builtins::PyStr,
    function::FuncArgs,
    pyclass,
    types::{Callable, Representable},
};

/// What stands in the interpreter's builtins as `__import__`.
#[pyclass(module = "exocet", name = "shared_import")]
#[derive(Debug, PyPayload)]
pub(crate) struct SharedImport;

/// Puts it there, and makes what `importlib` imports by go the same way.
pub(crate) fn install(vm: &VirtualMachine) -> PyResult<()> {
    SharedImport::make_import_type();
    vm.builtins.set_attr("__import__", SharedImport.into_ref(&vm.ctx), vm)?;
    let importlib = IMPORT_SYSTEM.of(vm).importlib.clone();
    importlib.set_attr("_gcd_import", vm.new_function("_gcd_import", gcd_import), vm)
}

impl Callable for SharedImport {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if !asker::is_expected() {
            return import(args, vm);
        }
        match Caller::of(&args, vm) {
            Caller::Statement(serving) => match asker::of_statement(vm) {
                Some(asker) => asker.import.import(args, Some(serving), vm),
                None => import(args, vm),
            },
            Caller::Code => Self::called(zelf, args, vm),
            Caller::Vm => import_of_vm(args, vm),
        }
    }
}

impl Import for SharedImport {
    fn called(_: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let given = |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name));
        // A relative name is at or below the package of the code that asks.
        let level = given(4, "level").map(|level| level.try_to_value::<isize>(vm));
        let is_relative = level.is_some_and(|level| level.is_ok_and(|level| level > 0));
        let name = given(0, "name").and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
        let asker = if is_relative { asker::of_running(vm) } else { asker::of_call(name.as_deref(), vm) };
        match asker {
            Some(asker) => asker.import.import_for(&asker, args, vm),
            None => import_of_vm(args, vm),
        }
    }
}

/// What the VM imports for itself.
pub(super) fn import_of_vm(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    // One interpreter makes another while code of the first one runs, whose builtins the VM then takes for the other's.
    let Some(_) = IMPORT_SYSTEM.of_started(vm) else { return vm.builtins.get_attr("__import__", vm)?.call(args, vm) };
    instances::refuse(&args, vm)?;
    import(args, vm)
}

/// What the interpreter imports by itself.
fn import(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let _importing = Importing::enter();
    IMPORT_SYSTEM.of(vm).import.call(args, vm)
}

/// `importlib._bootstrap._gcd_import(name, package=None, level=0)`: the module of a name, whatever packages it lies in.
fn gcd_import(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let system = IMPORT_SYSTEM.of(vm);
    let name = args.args.first().and_then(|name| name.downcast_ref::<PyStr>());
    let package = args.args.get(1).filter(|package| !vm.is_none(package));
    let level = args.args.get(2).map_or(Ok(0), |level| level.try_to_value::<isize>(vm))?;
    let name = match (name, package) {
        (Some(name), Some(package)) if level > 0 => {
            let absolute =
                vm.call_method(&system.importlib, "_resolve_name", (name.to_owned(), package.clone(), level))?;
            absolute.downcast_ref::<PyStr>().map(ToString::to_string)
        }
        (name, _) if level == 0 => name.map(ToString::to_string),
        _ => None,
    };
    let asker = name.as_deref().and_then(|name| Some((name, asker::of_call(Some(name), vm)?)));
    match asker {
        Some((name, asker)) => asker.import.module(&asker, name.to_owned(), vm),
        None => {
            let _importing = Importing::enter();
            system.gcd_import.call(args, vm)
        }
    }
}

#[pyclass(with(Callable, Representable), flags(DISALLOW_INSTANTIATION))]
impl SharedImport {
    #[pygetset]
    fn __name__(_zelf: &Py<Self>) -> &'static str {
        "__import__"
    }

    #[pygetset]
    fn __doc__(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        IMPORT_SYSTEM.of(vm).import.get_attr("__doc__", vm)
    }
}

impl Representable for SharedImport {
    fn repr_str(_: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok("<built-in function __import__>".to_owned())
    }
}
