use super::{Answer, Below, Mapper, MapperRef, Request};
use rustpython_vm::{
    PyResult, VirtualMachine,
    common::lock::PyMutex,
    object::{Traverse, TraverseFn},
};
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
        let prefix = prefixes(request.name()).find(|prefix| self.names.contains(*prefix))?;
        if !request.is_probe() {
            self.asked.lock().insert(prefix.to_owned());
        }
        request.explain(|| format!("the exclusion of '{prefix}'"));
        Some(Answer::Denied(format!("the exclusion of '{prefix}'")))
    }
}

impl fmt::Debug for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exclusion").field(&self.names).field(&self.mapper).finish()
    }
}

impl Mapper for Exclusion {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        self.denial(request).map_or_else(|| self.mapper.map(request, vm), Ok)
    }

    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.denial(request).map_or_else(|| self.mapper.insist(request, vm), |denial| Ok(Some(denial)))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let denies = self.names.iter().any(|denied| is_below(denied, name));
        let own = if denies { Below::Denied } else { Below::Nothing };
        own.max(self.mapper.below(name, vm))
    }

    fn by_importer(&self) -> bool {
        self.mapper.by_importer()
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let asked = self.asked.lock();
        let mut unused: Vec<_> = self.names.difference(&asked).cloned().collect();
        unused.extend(self.mapper.unused(vm));
        unused
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.mapper.traverse(visit);
    }
}

/// `a`, `a.b` and `a.b.c` of `a.b.c`.
pub(crate) fn prefixes(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]).collect::<Vec<_>>();
    ends.into_iter().map(move |end| &name[..end])
}

/// Whether `name` lies below `parent`.
pub(super) fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
}
