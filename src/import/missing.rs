//! The exceptions for a name that isn't there.

use crate::{
    interpreter::frames,
    mapper::{contract::Answer, reference::MapperRef, request::Request},
    syntax::dotted::Dotted,
    values::exception::set_importers,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyType},
    function::{FuncArgs, KwArgs},
};

/// Why a name isn't there.
pub(crate) enum Miss {
    /// No mapper of the chain has it.
    NotMine,
    /// A mapper denies it, for the reason given.
    Denied(String),
    /// The interpreter's own import doesn't find it.
    Missing(PyBaseExceptionRef),
}

/// The exception for a name that isn't there: which name, why, and the chain of modules that asked for it.
pub(crate) fn not_found(
    mapper: &MapperRef,
    request: &Request<'_>,
    miss: Miss,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let (name, mut message) = match miss {
        Miss::Denied(why) => {
            (request.name().to_owned(), format!("No module named '{}': denied by {why}", request.name()))
        }
        Miss::Missing(error) => {
            let missing = error.as_object().get_attr("name", vm).ok();
            let missing = missing.as_ref().and_then(|missing| missing.downcast_ref::<PyStr>());
            let name = missing.map_or_else(|| request.name().to_owned(), ToString::to_string);
            let text = error.as_object().str(vm).map(|text| text.to_string());
            let text = text.unwrap_or_else(|_| format!("No module named '{name}'"));
            (name, text)
        }
        Miss::NotMine => {
            // In a realm it is the first name on the way that isn't there, as in CPython.
            let first = mapper.table().and_then(|table| table.first_missing(request.name(), vm));
            let name = first.unwrap_or(request.name()).to_owned();
            let message = no_module(mapper, &name, vm);
            (name, message)
        }
    };
    let chain = frames::import_chain(vm);
    if !chain.is_empty() {
        let named = chain.iter().map(|by| format!("{}, {}:{}", by.module, by.file, by.line));
        message.push_str(&format!(" (asked by {})", named.collect::<Vec<_>>().join("; asked by ")));
    }
    let error = new_module_not_found(&name, message, vm);
    set_importers(&error, &chain, vm);
    error
}

/// The message for a name that no mapper has.
fn no_module(mapper: &MapperRef, name: &str, vm: &VirtualMachine) -> String {
    if let Some(parent) = Dotted(name).parent()
        // Not to import anything for the sake of a message, only objects at hand are looked at.
        && let Ok(Answer::Object { object }) = mapper.map(&Request::probe(parent), vm)
        && vm.get_attribute_opt(&object, "__path__").is_ok_and(|path| path.is_none())
    {
        return format!("No module named '{name}'; '{parent}' is not a package");
    }
    format!("No module named '{name}'")
}

fn new_module_not_found(name: &str, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let name: PyObjectRef = vm.ctx.new_str(name).into();
    let args = FuncArgs::new(vec![vm.ctx.new_str(message).into()], KwArgs::from_iter([("name".to_owned(), name)]));
    new_error(vm.ctx.exceptions.module_not_found_error, args, vm)
}

/// An `ImportError` that is about no module of any name.
pub(crate) fn new_nameless_error(message: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    new_error(vm.ctx.exceptions.import_error, vec![vm.ctx.new_str(message).into()].into(), vm)
}

fn new_error(kind: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyBaseExceptionRef {
    match kind.as_object().call(args, vm).map(|error| error.downcast()) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_runtime_error("an import error is no exception"),
        Err(error) => error,
    }
}
