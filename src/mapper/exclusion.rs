//! Denying names.

use super::{
    contract::{Answer, Below, Mapper},
    reference::MapperRef,
    request::Request,
};
use crate::syntax::dotted::Dotted;
use rustpython_vm::{PyResult, VirtualMachine, common::lock::PyMutex};
use std::{collections::BTreeSet, fmt};

/// Denies `names` and everything below them, and asks `mapper` for the rest.
#[must_use]
pub fn exclusion(
    mapper: MapperRef,
    names: impl IntoIterator<Item = impl Into<String>>,
    vm: &VirtualMachine,
) -> MapperRef {
    MapperRef::new(Exclusion::new(mapper, names), vm)
}

pub(crate) struct Exclusion {
    mapper: MapperRef,
    names: BTreeSet<String>,
    asked: PyMutex<BTreeSet<String>>,
}

impl Exclusion {
    pub(crate) fn new(mapper: MapperRef, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { mapper, names: names.into_iter().map(Into::into).collect(), asked: PyMutex::default() }
    }

    fn denial(&self, request: &Request<'_>) -> Option<Answer> {
        let prefix = Dotted(request.name()).prefixes().find(|prefix| self.names.contains(*prefix))?;
        if !request.is_probe() {
            self.asked.lock().insert(prefix.to_owned());
        }
        request.explain(|| format!("the exclusion of '{prefix}'"));
        Some(Answer::denied(format!("the exclusion of '{prefix}'")))
    }
}

impl fmt::Debug for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exclusion").field(&self.names).field(&self.mapper).finish()
    }
}

impl Mapper for Exclusion {
    fn inner(&self) -> Option<&MapperRef> {
        Some(&self.mapper)
    }

    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        self.denial(request).map_or_else(|| self.mapper.map(request, vm), Ok)
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.denial(request).map_or_else(|| self.mapper.enforce(request, vm), |denial| Ok(Some(denial)))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let denies = self.names.iter().any(|denied| Dotted(denied).is_below(name));
        let own = if denies { Below::Denied } else { Below::Nothing };
        own.max(self.mapper.below(name, vm))
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let asked = self.asked.lock();
        let mut unused: Vec<_> = self.names.difference(&asked).cloned().collect();
        unused.extend(self.mapper.unused(vm));
        unused
    }
}
