//! Carrying out what a mapper answers: loading, renaming, passing through; and the error for a name that isn't there.

use crate::{
    loader::load,
    mapper::{Answer, Asker, MapperRef, Request, lookup::is_absence},
    observe, part, shims,
    state::State,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyType},
    function::{FuncArgs, KwArgs},
};

/// How often a name may be renamed before it counts as going in circles.
pub(crate) const RENAMES: usize = 32;

/// Why a name isn't there.
pub(crate) enum Miss {
    /// No mapper of the chain has it.
    NotMine,
    /// A mapper denies it, for the reason given.
    Denied(String),
    /// The interpreter's own import doesn't find it.
    Missing(PyBaseExceptionRef),
}

/// Carries the answer of `mapper` out; an absent or denied name is an exception that says who asked for it.
pub(crate) fn require(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
    settle(mapper, request, vm)?.map_err(|miss| not_found(mapper, request, miss, vm))
}

/// Carries an answer out that `mapper` gave; as `require` otherwise.
pub(crate) fn require_answer(
    mapper: &MapperRef,
    request: &Request<'_>,
    answer: Answer,
    vm: &VirtualMachine,
) -> PyResult {
    carry_out(mapper, request, answer, vm)?.map_err(|miss| not_found(mapper, request, miss, vm))
}

/// Carries the answer of `mapper` out.
pub(crate) fn settle(
    mapper: &MapperRef,
    request: &Request<'_>,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, Miss>> {
    let answer = ask(mapper, request, vm)?;
    let settled = carry_out(mapper, request, answer, vm)?;
    if let (Ok(object), Some(realm)) = (&settled, mapper.as_realm()) {
        realm.note(request.name(), object, vm)?;
    }
    Ok(settled)
}

/// Asks `mapper`, before whoever observes the runtime.
pub(crate) fn ask(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
    match observe::active(vm) {
        None => mapper.map(request, vm),
        Some(watch) => watch.decision(mapper, request, vm),
    }
}

/// Carries out an answer to a request that was put to `mapper`.
fn carry_out(
    mapper: &MapperRef,
    request: &Request<'_>,
    mut answer: Answer,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, Miss>> {
    let mut renamed;
    let mut name = request.name();
    for _ in 0..RENAMES {
        answer = match answer {
            Answer::Object(object) => return Ok(Ok(object)),
            Answer::Load(handle, under) => {
                return load(&handle, under.as_ref().unwrap_or(mapper), vm).map(|module| Ok(module.into()));
            }
            Answer::PassThrough => return pass_through(mapper, name, vm),
            Answer::Part(whole, part) => {
                let whole = carry_out(mapper, &request.renamed(name), *whole, vm)?;
                return whole
                    .map(|whole| part::show(name, whole, &part, mapper, vm))
                    .map_or_else(|miss| Ok(Err(miss)), |shown| shown.map(Ok));
            }
            Answer::NotMine => return Ok(Err(Miss::NotMine)),
            Answer::Denied(why) => return Ok(Err(Miss::Denied(why))),
            Answer::Rename(other) => {
                renamed = other;
                name = &renamed;
                ask(mapper, &request.renamed(name), vm)?
            }
        };
    }
    Err(vm
        .new_import_error(format!("the renames of '{}' go in circles", request.name()), vm.ctx.new_str(request.name())))
}

/// What a mapper's modules get where it passes `name` through: the shared module, or the stand-in for one that would
/// import past the mapper.
pub(crate) fn pass_through(mapper: &MapperRef, name: &str, vm: &VirtualMachine) -> PyResult<Result<PyObjectRef, Miss>> {
    match shims::stands_in(mapper, name) {
        true => settle(&mapper.shims(vm)?, &Request::direct(name), vm),
        false => import_shared(name, vm),
    }
}

/// What `import` gives outside of any mapper.
pub(crate) fn import_shared(name: &str, vm: &VirtualMachine) -> PyResult<Result<PyObjectRef, Miss>> {
    let error = match State::of(vm).import_shared(name, vm) {
        Ok(module) => return Ok(Ok(module)),
        Err(error) => error,
    };
    rustpython_vm::import::remove_importlib_frames(vm, &error);
    // With a traceback left it was raised by a module's code, and that module does exist.
    if is_absence(error.as_object(), name, vm) && error.traceback().is_none() {
        return Ok(Err(Miss::Missing(error)));
    }
    Err(error)
}

/// The exception for a name that isn't there: which name, why, and the chain of modules that asked for it.
pub(crate) fn not_found(
    mapper: &MapperRef,
    request: &Request<'_>,
    miss: Miss,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let mut name = request.name().to_owned();
    let mut message = match miss {
        Miss::Denied(why) => format!("No module named '{name}': denied by {why}"),
        Miss::Missing(error) => {
            let missing = error.as_object().get_attr("name", vm).ok();
            if let Some(missing) = missing.as_ref().and_then(|missing| missing.downcast_ref::<PyStr>()) {
                name = missing.to_string();
            }
            error.as_object().str(vm).map_or_else(|_| format!("No module named '{name}'"), |text| text.to_string())
        }
        Miss::NotMine => {
            // In a realm it is the first name on the way that isn't there, as in CPython.
            if let Some(missing) = mapper.as_realm().and_then(|realm| realm.first_missing(&name, vm)) {
                name = missing.to_owned();
            }
            let parent = name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
            let parent = parent.and_then(|parent| {
                // Not to import anything for the sake of a message, only objects at hand are looked at.
                match mapper.map(&Request::probe(&parent), vm) {
                    Ok(Answer::Object(object)) => Some((parent, object)),
                    _ => None,
                }
            });
            match parent {
                Some((parent, object))
                    if vm.get_attribute_opt(&object, "__path__").is_ok_and(|path| path.is_none()) =>
                {
                    format!("No module named '{name}'; '{parent}' is not a package")
                }
                _ => format!("No module named '{name}'"),
            }
        }
    };
    let askers = Asker::chain(vm);
    if !askers.is_empty() {
        let named = askers.iter().map(|asker| format!("{}, {}:{}", asker.module, asker.file, asker.line));
        message.push_str(&format!(" (asked by {})", named.collect::<Vec<_>>().join("; asked by ")));
    }
    let error = new_module_not_found(&name, message, vm);
    crate::exception::set_importers(&error, &askers, vm);
    error
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
