//! What a plugin may see of the others: those that it requires, and nothing of the rest.

use super::settings::fits;
use crate::{
    mapper::{
        contract::{Answer, Below, Mapper},
        reference::MapperRef,
        request::Request,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
};
use std::{collections::BTreeMap, fmt};

/// Stands between a plugin's realm and its imports.
pub(super) struct Neighbours {
    imports: MapperRef,
    /// The modules of the other plugins.
    others: BTreeMap<String, Other>,
    /// Patterns of what stands beside the plugin and is not its own.
    shared: Vec<String>,
}

/// Another plugin, as a plugin sees it.
pub(super) enum Other {
    /// Its realm, which has its modules.
    Given(MapperRef),
    /// Why the plugin doesn't see it.
    Withheld(String),
}

impl Neighbours {
    pub(super) fn new(imports: MapperRef, others: BTreeMap<String, Other>, shared: Vec<String>) -> Self {
        Self { imports, others, shared }
    }

    /// The answer for a name of another plugin, or for one that is shared.
    fn answer(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        let name = request.name();
        let other = Dotted(name).prefixes().find_map(|prefix| self.others.get_key_value(prefix));
        match other {
            Some((_, Other::Given(realm))) => realm.map(request, vm).map(Some),
            Some((module, Other::Withheld(why))) => {
                request.explain(|| format!("the plugin of the module '{module}'"));
                Ok(Some(Answer::denied(why.clone())))
            }
            None if self.shared.iter().any(|pattern| fits(pattern, name)) => self.imports.map(request, vm).map(Some),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Plugin").field(&self.imports).finish()
    }
}

impl Mapper for Neighbours {
    fn inner(&self) -> Option<&MapperRef> {
        Some(&self.imports)
    }

    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        self.answer(request, vm)?.map_or_else(|| self.imports.map(request, vm), Ok)
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.answer(request, vm)?.map_or_else(|| self.imports.enforce(request, vm), |answer| Ok(Some(answer)))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let others = self.others.iter().filter(|(module, _)| Dotted(module).is_below(name));
        let own = others.map(|(_, other)| match other {
            Other::Given(_) => Below::Replaced,
            Other::Withheld(_) => Below::Denied,
        });
        own.max().unwrap_or(Below::Nothing).max(self.imports.below(name, vm))
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.imports.traverse(visit);
        for other in self.others.values() {
            if let Other::Given(realm) = other {
                realm.traverse(visit);
            }
        }
    }
}
