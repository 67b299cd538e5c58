//! Following the renames of a mapper: the one place where it is done, for imports and for questions alike.

use super::{attenuation::Attenuation, contract::Answer, reference::MapperRef, request::Request};
use crate::{
    interpreter::{
        importlib::{is_importable, sys_modules},
        sources::search_path,
    },
    modules::handle::Kind,
};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};
use std::{borrow::Cow, sync::Arc};

/// How often a name may be renamed before it counts as going in circles.
pub(crate) const RENAMES: usize = 32;

/// What the renames of a name lead to.
pub(crate) struct Followed<'a> {
    /// The last name.
    pub(crate) name: Cow<'a, str>,
    /// The answer to it, which is neither a rename nor an attenuation.
    pub(crate) answer: Answer,
    /// The attenuations on the way, the outermost first, each with the name that it was the answer to.
    pub(crate) attenuations: Vec<(Cow<'a, str>, Arc<Attenuation>)>,
}

/// Follows the renames from `answer`, the one to `name`, also those inside of attenuations; `ask` asks about another name.
/// `None` if they go in circles.
pub(crate) fn follow(
    name: &str,
    mut answer: Answer,
    mut ask: impl FnMut(&str) -> PyResult<Answer>,
) -> PyResult<Option<Followed<'_>>> {
    let mut name = Cow::from(name);
    let mut attenuations = Vec::new();
    for _ in 0..RENAMES {
        let (outer, inner) = answer.unpacked();
        attenuations.extend(outer.into_iter().map(|attenuation| (name.clone(), attenuation)));
        match inner {
            Answer::Rename { name: other } => {
                answer = ask(&other)?;
                name = Cow::from(other);
            }
            answer => return Ok(Some(Followed { name, answer, attenuations })),
        }
    }
    Ok(None)
}

/// What `map` answers to a question about `name`, at the end of its renames.
pub(crate) fn probe(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str) -> PyResult<Option<Followed<'_>>> {
    let answer = map(&Request::probe(name))?;
    follow(name, answer, |other| map(&Request::probe(other)))
}

impl MapperRef {
    /// Whether `lookup` would find `name`. Nothing is imported to find out.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn contains(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        finds(|request| self.map(request, vm), name, vm)
    }

    /// Whether the mapper has a module of that top-level name which an import finds before any folder without `__init__.py`.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(crate) fn has_regular(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        let Some(Followed { name, answer, .. }) = probe(|request| self.map(request, vm), name)? else {
            return Ok(false);
        };
        match answer {
            Answer::Load { module, .. } => Ok(module.kind() != Kind::Namespace),
            Answer::PassThrough => is_regular_import(&name, vm),
            // A realm answers a question about what it didn't load yet with no module.
            Answer::Object { object } if vm.is_none(&object) && self.table().is_some() => {
                let spec = self.table().map_or(Ok(None), |table| table.find_spec(&name, vm))?;
                let origin = spec.map(|spec| spec.get_attr("origin", vm)).transpose()?;
                Ok(origin.is_none_or(|origin| !vm.is_none(&origin)))
            }
            Answer::Object { object } => Ok(!is_namespace(&object, vm)?),
            Answer::NotMine | Answer::Denied { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => Ok(false),
        }
    }

    /// What `super().contains(name)` returns in a Python class below a ready-made mapper; `None` if it isn't below any.
    pub(crate) fn contains_of_base(&self, name: &str, vm: &VirtualMachine) -> Option<PyResult<bool>> {
        let mapper = self.payload().base()?;
        Some(finds(|request| mapper.map(request, vm), name, vm))
    }
}

/// Whether `import name` would find more than folders without `__init__.py`. It isn't imported to find out.
fn is_regular_import(name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(module) = sys_modules(vm)?.get_item_opt(name, vm)?
        && !vm.is_none(&module)
        && !is_namespace(&module, vm)?
    {
        return Ok(true);
    }
    let found = search_path(vm)?.find(None, name).map_err(|error| error.into_exception(vm))?;
    Ok(found.is_some_and(|module| module.kind() != Kind::Namespace))
}

/// Whether a module is a namespace package: it has a `__path__` and no file.
fn is_namespace(module: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let file = vm.get_attribute_opt(module, "__file__")?.filter(|file| !vm.is_none(file));
    Ok(file.is_none() && vm.get_attribute_opt(module, "__path__")?.is_some())
}

fn finds(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    // Where there are some names of a module, there is the module.
    let Some(Followed { name, answer, .. }) = probe(map, name)? else { return Ok(false) };
    Ok(match answer {
        Answer::Object { .. } | Answer::Load { .. } => true,
        Answer::PassThrough => is_importable(&name, vm)?,
        Answer::NotMine | Answer::Denied { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => false,
    })
}
