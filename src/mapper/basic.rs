//! The mappers without any settings, and the chain of several.

use super::{Answer, Below, Mapper, MapperRef, Request};
use rustpython_vm::{
    PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
};

/// Gives what `import` itself would give: the interpreter's shared modules, with their own imports.
#[must_use]
pub fn pass_through(vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(PassThrough, vm)
}

/// Gives nothing: under it every import fails.
#[must_use]
pub fn empty(vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Empty, vm)
}

/// Asks each mapper in turn until one doesn't say [`Answer::NotMine`].
#[must_use]
pub fn chain(mappers: impl IntoIterator<Item = MapperRef>, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Chain(mappers.into_iter().collect()), vm)
}

#[derive(Debug)]
struct PassThrough;

impl Mapper for PassThrough {
    fn map(&self, _: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        Ok(Answer::PassThrough)
    }

    fn is_pass_through(&self) -> bool {
        true
    }

    fn below(&self, _: &str, _: &VirtualMachine) -> Below {
        Below::Nothing
    }
}

#[derive(Debug)]
struct Empty;

impl Mapper for Empty {
    fn map(&self, _: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        Ok(Answer::NotMine)
    }

    fn below(&self, _: &str, _: &VirtualMachine) -> Below {
        Below::Nothing
    }
}

#[derive(Debug)]
struct Chain(Box<[MapperRef]>);

impl Mapper for Chain {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        for mapper in &self.0 {
            match mapper.map(request, vm)? {
                Answer::NotMine => {}
                answer => return Ok(answer),
            }
        }
        Ok(Answer::NotMine)
    }

    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        for mapper in &self.0 {
            if let Some(answer) = mapper.insist(request, vm)? {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        self.0.iter().map(|mapper| mapper.below(name, vm)).max().unwrap_or(Below::Nothing)
    }

    fn by_importer(&self) -> bool {
        self.0.iter().any(MapperRef::by_importer)
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.0.iter().flat_map(|mapper| mapper.unused(vm)).collect()
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for mapper in &self.0 {
            mapper.traverse(visit);
        }
    }
}
