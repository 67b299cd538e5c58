//! The mappers without any settings, and the chain of several.

use super::{
    contract::{Answer, Below, Mapper},
    reference::MapperRef,
    request::Request,
};
use crate::interpreter::slots::Slot;
use rustpython_vm::{
    PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
};

/// Answers as `import` itself does: with the interpreter's shared modules, whose own imports are their own.
#[must_use]
pub fn pass_through(vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(PassThrough, vm)
}

/// Answers nothing: under it every import fails.
#[must_use]
pub fn empty(vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Empty, vm)
}

/// Asks each mapper in turn until one answers something else than [`Answer::NotMine`].
#[must_use]
pub fn chain(mappers: impl IntoIterator<Item = MapperRef>, vm: &VirtualMachine) -> MapperRef {
    MapperRef::new(Chain(mappers.into_iter().collect()), vm)
}

/// A mapper that is nothing but pass-through, the same one each time.
pub(crate) fn plain(vm: &VirtualMachine) -> MapperRef {
    static PLAIN: Slot<MapperRef> = Slot::new(pass_through);
    PLAIN.of(vm).clone()
}

#[derive(Debug)]
struct PassThrough;

impl Mapper for PassThrough {
    fn map(&self, _: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        Ok(Answer::PassThrough)
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

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        for mapper in &self.0 {
            if let Some(answer) = mapper.enforce(request, vm)? {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        self.0.iter().map(|mapper| mapper.below(name, vm)).max().unwrap_or(Below::Nothing)
    }

    fn depends_on_importer(&self) -> bool {
        self.0.iter().any(MapperRef::depends_on_importer)
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
