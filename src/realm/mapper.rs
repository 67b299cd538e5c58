//! A realm as a mapper: its own modules first, except for what its mapper enforces.

use super::modules::{RealmModules, Standing};
use crate::{
    mapper::{
        contract::{Answer, Below, Mapper},
        module_table::ModuleTable,
        request::{Item, Request},
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    PyResult, VirtualMachine,
    common::rc::PyRc,
    object::{Traverse, TraverseFn},
};
use std::fmt;

/// The mapper that a realm is.
pub(super) struct RealmMapper(pub(super) PyRc<RealmModules>);

impl fmt::Debug for RealmMapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.roots.iter().map(|root| root.name().to_owned());
        let inside: Vec<String> = names.chain(self.0.path.locations().iter().map(ToString::to_string)).collect();
        f.debug_tuple("Realm").field(&inside).field(&self.0.outer).finish()
    }
}

impl Mapper for RealmMapper {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        // There is nothing to enforce against where the realm doesn't have the name: its mapper decides in its own order, in
        // which a denial may come before an override.
        let enforced = match self.0.is_own(request.name(), vm)? {
            true => self.0.outer.enforce(request, vm)?,
            false => None,
        };
        match enforced {
            None => self.0.own_answer(request, vm),
            Some(answer) => match answer.unpacked() {
                // Some names of what the realm itself has.
                (attenuations, Answer::NotMine) if !attenuations.is_empty() => {
                    let own = self.0.own_answer(request, vm)?;
                    Ok(if own.is_not_mine() { own } else { own.attenuated_by(attenuations) })
                }
                (attenuations, answer) => Ok(answer.attenuated_by(attenuations)),
            },
        }
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.0.outer.enforce(request, vm)
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        if self.0.roots.iter().any(|root| Dotted(root.name()).is_below(name)) {
            return Below::Replaced;
        }
        let outer = self.0.outer.below(name, vm);
        let below = match self.0.is_inside(name, vm) {
            // Its modules hold what is below them themselves, but for what the mapper enforces.
            Ok(true) if outer == Below::Unknown => Below::Nothing,
            _ => outer,
        };
        // A package has a module as an attribute that this thread is about to replace.
        if self.0.replacing.has_below(name) { below.max(Below::Unknown) } else { below }
    }

    fn depends_on_importer(&self) -> bool {
        self.0.outer.depends_on_importer()
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let realm = &self.0;
        realm.outer.traverse(visit);
        realm.modules.traverse(visit);
        realm.outside.traverse(visit);
        if let Some(serves) = &realm.serves {
            serves.given.traverse(visit);
        }
        if let Some(tables) = realm.tables.try_lock().as_deref().and_then(Option::as_ref) {
            tables.traverse(visit);
        }
        realm.own.traverse(visit);
    }
}

impl RealmModules {
    /// Whether the realm is asked for the name before its mapper, whether or not it has it.
    pub(super) fn is_own(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        if let Some(package) = Dotted(name).parent()
            && self.is_inside(package, vm)?
        {
            return Ok(true);
        }
        Ok(!matches!(self.probe(name, vm)?, Standing::Outside))
    }

    /// Whether the name is inside, without loading it.
    fn probe(&self, name: &str, vm: &VirtualMachine) -> PyResult<Standing> {
        match self.entry(name, vm)? {
            Some((module, true)) if vm.is_none(&module) => return Ok(Standing::Missing),
            Some((module, true)) => return Ok(Standing::Inside(module)),
            // What the mapper answered stays, as what stands in `sys.modules` does.
            Some((_, false)) => return Ok(Standing::Outside),
            None => {}
        }
        let top = Dotted(name).top();
        let found = match self.roots.iter().find(|root| Dotted(name).is_within(root.name())) {
            Some(root) => Dotted(name).below(root.name()).is_none_or(|below| root.get(below).is_ok()),
            None if self.find(top, None, vm)?.is_some() || self.is_inside(top, vm)? => self.path.get(name).is_ok(),
            None => return Ok(Standing::Outside),
        };
        Ok(if found { Standing::Inside(vm.ctx.none()) } else { Standing::Missing })
    }

    /// The answer to a request that the realm's mapper doesn't enforce.
    fn own_answer(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        // What a package has as an attribute already comes before a submodule of that name; only a root may hang in a
        // package outside, which has another one.
        if matches!(request.item(), Some(Item::Module | Item::Value))
            && !self.has_root(name)
            && !self.replacing.has(name)
            && let Some(package) = Dotted(name).parent()
            && self.is_inside(package, vm)?
        {
            return Ok(Answer::NotMine);
        }
        let standing = if request.is_probe() { self.probe(name, vm)? } else { self.require(name, vm)? };
        match standing {
            Standing::Inside(module) => return Ok(Answer::object(module)),
            Standing::Missing => return Ok(Answer::NotMine),
            Standing::Outside => {}
        }
        self.outer.map(request, vm)
    }
}
