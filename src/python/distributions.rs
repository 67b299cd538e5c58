//! The distributions of sources that aren't on the disk, for `importlib.metadata`, which looks for them in folders and archives.

use super::loaders::resources;
use crate::{
    interpreter::{loader::Loader, sources::SOURCES},
    modules::handle::PythonModule,
};
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, builtins::PyStr, function::FuncArgs};

/// Lets `PathFinder` find those of sources, after its own.
pub(super) fn settle_path_finder(path_finder: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let own = path_finder.get_attr("find_distributions", vm)?;
    let find = vm.new_function("find_distributions", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let context = args.args.first().or_else(|| args.kwargs.get("context")).cloned();
        let found = own.call(args, vm)?;
        let sources = match &context {
            Some(context) => on_path(context.get_attr("path", vm)?, vm)?,
            None => Vec::new(),
        };
        let (Some(context), false) = (context, sources.is_empty()) else { return Ok(found) };
        resources(vm)?.get_attr("distributions", vm)?.call((found, vm.ctx.new_list(sources), context), vm)
    });
    let find = vm.builtins.get_attr("staticmethod", vm)?.call((find,), vm)?;
    path_finder.set_attr("find_distributions", find, vm)
}

/// The sources among the entries of a search path, each as a pair of a loader that reads it and the entry.
fn on_path(path: PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let sources = SOURCES.of(vm);
    let entries: Vec<PyObjectRef> = path.try_into_value(vm)?;
    let pair = |entry: PyObjectRef| {
        let name = entry.downcast_ref::<PyStr>()?.to_str().filter(|name| sources.is_labelled(name))?;
        let location = sources.location(name)?;
        let loader = Loader::new(PythonModule::namespace(name.to_owned(), vec![location]));
        Some(vm.ctx.new_tuple(vec![loader.into_ref(&vm.ctx).into(), entry]).into())
    };
    Ok(entries.into_iter().filter_map(pair).collect())
}
