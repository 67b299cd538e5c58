//! Resolving a name: asking the mapper and fulfilling its answer, by loading, renaming or passing through.

use super::{
    attenuation,
    load::load,
    missing::{Miss, not_found},
    realms::realms,
};
use crate::{
    interpreter::importlib::{self, bare_spec, find_shared_spec},
    load::units::UNITS,
    mapper::{
        contract::Answer,
        lookup::is_absence,
        reference::MapperRef,
        renames::{Followed, follow, probe},
        request::Request,
    },
    observe::watch,
};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// What a name resolves to, or why it isn't there.
pub(crate) type Resolved = Result<PyObjectRef, Miss>;

/// Resolves the name that `request` asks `mapper` for.
///
/// # Errors
/// `ModuleNotFoundError` with the chain that asked, for a name that is absent or denied; what the mapper or a module raises.
pub(crate) fn resolve(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
    try_resolve(mapper, request, vm)?.map_err(|miss| not_found(mapper, request, miss, vm))
}

/// Resolves the name that `request` asks `mapper` for, if it is there.
///
/// # Errors
/// What the mapper or a module raises.
pub(crate) fn try_resolve(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Resolved> {
    let answer = ask(mapper, request, vm)?;
    let resolved = fulfil(mapper, request, answer, vm)?;
    if let (Ok(object), Some(table)) = (&resolved, mapper.table()) {
        table.note(request.name(), object, vm)?;
    }
    Ok(resolved)
}

/// Asks `mapper`, and reports the answer to whoever observes the runtime.
pub(crate) fn ask(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
    match watch::active(vm) {
        None => mapper.map(request, vm),
        Some(watch) => watch.decision(mapper, request, vm),
    }
}

/// Fulfils an answer to a request to `mapper`.
fn fulfil(mapper: &MapperRef, request: &Request<'_>, answer: Answer, vm: &VirtualMachine) -> PyResult<Resolved> {
    let ask = |other: &str| ask(mapper, &request.renamed(other), vm);
    let Some(Followed { name, answer, attenuations }) = follow(request.name(), answer, ask)? else {
        let name = request.name();
        return Err(vm.new_import_error(format!("the renames of '{name}' go in circles"), vm.ctx.new_str(name)));
    };
    let found = match answer {
        Answer::Object { object } => object,
        Answer::Load { module, mapper: under } => load(&module, under.as_ref().unwrap_or(mapper), vm)?,
        Answer::PassThrough => match pass_through(mapper, &name, vm)? {
            Ok(module) => module,
            miss => return Ok(miss),
        },
        // Renames and attenuations were followed.
        Answer::NotMine | Answer::Rename { .. } | Answer::Attenuated { .. } => return Ok(Err(Miss::NotMine)),
        Answer::Denied { reason } => return Ok(Err(Miss::Denied(reason))),
    };
    let shown = attenuations
        .iter()
        .rev()
        .try_fold(found, |module, (name, attenuation)| attenuation::show(name, module, attenuation, mapper, vm));
    shown.map(Ok)
}

/// What a mapper's modules get where it passes `name` through: the shared module, or the stand-in for one that would
/// import past the mapper.
pub(crate) fn pass_through(mapper: &MapperRef, name: &str, vm: &VirtualMachine) -> PyResult<Resolved> {
    match (realms().stand_ins)(mapper, name, vm)? {
        Some(stand_ins) => try_resolve(&stand_ins, &Request::direct(name), vm),
        None => import_shared(name, vm),
    }
}

/// What `import` gets outside of any mapper.
pub(crate) fn import_shared(name: &str, vm: &VirtualMachine) -> PyResult<Resolved> {
    let error = match importlib::import_shared(name, vm) {
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

impl MapperRef {
    /// Asks for `name` and fulfils the answer, as an import of it would.
    ///
    /// # Errors
    /// `ModuleNotFoundError` for a name that is absent or denied, and what the mapper or a module's body raises.
    pub fn lookup(&self, name: &str, vm: &VirtualMachine) -> PyResult {
        resolve(self, &Request::direct(name), vm)
    }

    /// The same as the module `importer` would get it: some mappers answer each importer otherwise.
    ///
    /// # Errors
    /// As for [`lookup`](Self::lookup).
    pub fn lookup_for(&self, importer: &str, name: &str, vm: &VirtualMachine) -> PyResult {
        resolve(self, &Request::direct(name).from_module(importer), vm)
    }

    /// What `super().lookup(name)` returns in a Python class below a ready-made mapper; `None` if it isn't below any.
    pub(crate) fn lookup_of_base(&self, name: &str, vm: &VirtualMachine) -> Option<PyResult> {
        let request = Request::direct(name);
        let answer = self.payload().base()?.map(&request, vm);
        let resolved = answer.and_then(|answer| fulfil(self, &request, answer, vm));
        Some(resolved.and_then(|resolved| resolved.map_err(|miss| not_found(self, &request, miss, vm))))
    }

    /// The spec of what an import of `name` would get; `None` where it would get nothing. Only the packages above are
    /// imported to find out, as far as the shared modules are concerned.
    ///
    /// # Errors
    /// What the mapper raises, or one of those packages.
    pub fn find_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some(found) = self.table().map_or(Ok(None), |table| table.find_spec(name, vm))? {
            return Ok(Some(found));
        }
        let Some(Followed { name, answer, .. }) = probe(|request| self.map(request, vm), name)? else {
            return Ok(None);
        };
        Ok(match answer {
            Answer::Object { object } => {
                let spec = vm.get_attribute_opt(&object, "__spec__")?.filter(|spec| !vm.is_none(spec));
                Some(spec.map_or_else(|| bare_spec(&name, vm), Ok)?)
            }
            // What is compiled into the interpreter has no source that a loader could run.
            Answer::Load { module, .. } if module.is_native() => Some(bare_spec(&name, vm)?),
            Answer::Load { module, mapper } => {
                let mapper = mapper.as_ref().unwrap_or(self).as_object().to_owned();
                Some(UNITS.of(vm).get(&module, vm)?.found_spec(Some(mapper), vm)?)
            }
            Answer::PassThrough => match (realms().stand_ins)(self, &name, vm)? {
                Some(stand_ins) => stand_ins.find_spec(&name, vm)?,
                None => find_shared_spec(&name, vm)?,
            },
            Answer::NotMine | Answer::Denied { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => None,
        })
    }
}
