//! Replacing modules by those of other names.

use super::{
    contract::{Answer, Below, Mapper},
    reference::MapperRef,
    request::Request,
};
use crate::syntax::dotted::Dotted;
use rustpython_vm::{PyResult, VirtualMachine, common::lock::PyMutex};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Answers a name, and everything below it, with what the importer's mapper answers to another name.
#[must_use]
pub fn redirect(
    names: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    vm: &VirtualMachine,
) -> MapperRef {
    let names = names.into_iter().map(|(from, to)| (from.into(), to.into())).collect();
    MapperRef::new(Redirect { names, asked: PyMutex::default() }, vm)
}

struct Redirect {
    names: BTreeMap<String, String>,
    asked: PyMutex<BTreeSet<String>>,
}

impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redirect").field(&self.names).finish()
    }
}

impl Mapper for Redirect {
    fn map(&self, request: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        for prefix in Dotted(name).prefixes().rev() {
            if let Some(target) = self.names.get(prefix) {
                if !request.is_probe() {
                    self.asked.lock().insert(prefix.to_owned());
                }
                request.explain(|| format!("the redirect of '{prefix}' to '{target}'"));
                return Ok(Answer::rename(format!("{target}{}", &name[prefix.len()..])));
            }
        }
        Ok(Answer::NotMine)
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        Ok(Some(self.map(request, vm)?).filter(|answer| !answer.is_not_mine()))
    }

    fn below(&self, name: &str, _: &VirtualMachine) -> Below {
        if self.names.keys().any(|key| Dotted(key).is_below(name)) { Below::Replaced } else { Below::Nothing }
    }

    fn unused(&self, _: &VirtualMachine) -> Vec<String> {
        let asked = self.asked.lock();
        self.names.keys().filter(|name| !asked.contains(*name)).cloned().collect()
    }
}
