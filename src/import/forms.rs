//! The forms of the import statement: what the importing module gets by each of them.

use super::{
    parent_view::{ImportedFrom, ParentView},
    resolve::{resolve, try_resolve},
};
use crate::{
    interpreter::importlib::is_shared,
    mapper::{contract::Below, module_table::ModuleTable, reference::MapperRef, request::Request},
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
};
use std::borrow::Cow;

/// What modules loaded under one mapper import.
pub(crate) struct ImportForms {
    pub(crate) mapper: MapperRef,
    /// The importing module, where the mapper depends on it.
    pub(crate) owner: Option<String>,
}

impl ImportForms {
    /// `import a.b.c`, which binds `a`.
    pub(crate) fn import_plain(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let name = request.name();
        let mut child = resolve(&self.mapper, request, vm)?;
        let mut end = name.len();
        let first = end_of_first(request);
        if end > first && self.table_of(request, vm)?.is_some() {
            let top = &name[..first];
            return self.present(top, resolve(&self.mapper, &request.renamed(top), vm)?, vm);
        }
        child = self.present(name, child, vm)?;
        while end > first {
            let (parent, part) = Dotted(&name[..end]).split();
            let parent = parent.unwrap_or_default();
            child = match try_resolve(&self.mapper, &request.renamed(parent), vm)? {
                Ok(object) => self.linked(parent, object, part, child, vm)?,
                // Only what is below it can be had: the importer gets a bare parent to find it under.
                Err(_) => {
                    let view = self.view(parent, None, vm)?;
                    view.link(part, child, vm)?;
                    view.into()
                }
            };
            end = parent.len();
        }
        Ok(child)
    }

    /// Gives a package that imports a module of its own that module as an attribute, as importing does it to the shared
    /// package: `from .base import *` makes `base` a name in the package.
    pub(crate) fn bind_own(&self, request: &Request<'_>, importer: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
        if !request.name().contains('.') {
            return Ok(());
        }
        let Some(name) = importer.get_item_opt("__name__", vm)? else { return Ok(()) };
        let Some(name) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { return Ok(()) };
        let Some(below) = Dotted(request.name()).below(name) else { return Ok(()) };
        let part = Dotted(below).top();
        if importer.contains_key(part, vm) || !importer.contains_key("__path__", vm) {
            return Ok(());
        }
        let child = format!("{name}.{part}");
        if let Ok(child) = try_resolve(&self.mapper, &request.renamed(&child), vm)? {
            importer.set_item(part, child, vm)?;
        }
        Ok(())
    }

    /// `import a.b.c as d`, for which the VM takes `b` from what it gets here, and `c` from that.
    pub(crate) fn import_as(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let leaf = resolve(&self.mapper, request, vm)?;
        let mut child = match self.table_of(request, vm)? {
            Some(table) => self.attribute_of_top(request, table, vm)?,
            None => self.present(request.name(), leaf, vm)?,
        };
        let written = request.written();
        for part in written.split('.').rev().take(written.matches('.').count()) {
            let found = vm.ctx.new_dict();
            found.set_item(part, child, vm)?;
            child = ImportedFrom::new(None, request.name(), found).into_ref(&vm.ctx).into();
        }
        Ok(child)
    }

    /// The realm, if it holds the module itself and all that lies above it: then, as in CPython, only the first package
    /// is asked for once the module is there, and it may be another one by now, or have something else as an attribute.
    fn table_of(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<&dyn ModuleTable>> {
        let Some(table) = self.mapper.table() else { return Ok(None) };
        let top = &request.name()[..end_of_first(request)];
        let holds = table.is_inside(request.name(), vm)? && self.mapper.below(top, vm) != Below::Replaced;
        Ok(holds.then_some(table))
    }

    /// `c` of `a.b.c`, from one attribute to the next.
    fn attribute_of_top(&self, request: &Request<'_>, table: &dyn ModuleTable, vm: &VirtualMachine) -> PyResult {
        let (first, rest) = request.name().split_at(end_of_first(request));
        let mut found = resolve(&self.mapper, &request.renamed(first), vm)?;
        if table.is_replacing(request.name()) {
            return resolve(&self.mapper, request, vm);
        }
        for part in rest.split('.').skip(1) {
            let part = vm.ctx.new_str(part);
            found = match vm.get_attribute_opt(&found, &*part)? {
                Some(attribute) => attribute,
                None => match table.submodule(&found, &part, vm)? {
                    Some(module) => module,
                    None => ImportedFrom::new(Some(found), request.name(), vm.ctx.new_dict()).missing(&part, vm)?,
                },
            };
        }
        Ok(found)
    }

    /// The object as its importer sees it: itself, or a view of it where something below its name is replaced.
    pub(crate) fn present(&self, name: &str, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if self.mapper.below(name, vm) == Below::Replaced {
            return Ok(self.view(name, Some(object), vm)?.into());
        }
        let views = self.mapper.views(vm);
        if views.is_empty() {
            return Ok(object);
        }
        match views.get_item_opt(&*self.key(name), vm)? {
            Some(view) if view.downcast_ref::<ParentView>().is_some_and(|view| view.shows(&object)) => Ok(view),
            _ => Ok(object),
        }
    }

    /// `parent` as its importer sees it, with `child` as its attribute `part`.
    fn linked(&self, name: &str, parent: PyObjectRef, part: &str, child: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let below = self.mapper.below(name, vm);
        let part_str = vm.ctx.new_str(part);
        let has_child = || {
            let own = vm.get_attribute_opt(&parent, &*part_str)?;
            PyResult::Ok(own.is_some_and(|own| own.is(&child)))
        };
        let needs_link = match below {
            Below::Replaced => !has_child()?,
            // The shared module of that name replaces nothing; it may just not be an attribute yet.
            Below::Unknown => !has_child()? && !is_shared(&format!("{name}.{part}"), &child, vm),
            Below::Nothing | Below::Denied => false,
        };
        if below == Below::Replaced || needs_link {
            let view = self.view(name, Some(parent), vm)?;
            if below == Below::Unknown {
                view.link(part, child, vm)?;
            }
            return Ok(view.into());
        }
        self.present(name, parent, vm)
    }

    /// What the view of `name` is kept under. Importers that get different answers get different views.
    fn key<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match &self.owner {
            Some(owner) => Cow::from(format!("{name} for {owner}")),
            None => Cow::from(name),
        }
    }

    /// The view of `target` that all importers of `name` share.
    pub(super) fn view(
        &self,
        name: &str,
        target: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<ParentView>> {
        if let Some(view) = self.mapper.views(vm).get_item_opt(&*self.key(name), vm)?
            && let Ok(view) = view.downcast::<ParentView>()
            && target.as_ref().is_none_or(|target| view.shows(target))
        {
            return Ok(view);
        }
        let view = ParentView::new(name, target, self.owner.clone(), self.mapper.downgrade(vm)?, vm);
        let view = view.into_ref(&vm.ctx);
        self.mapper.views(vm).set_item(&*self.key(name), view.clone().into(), vm)?;
        Ok(view)
    }
}

/// Where in the name of the request ends what `import a.b.c` binds. For `__import__("b.c", level=1)` in package `a`
/// the first name is `a.b`.
fn end_of_first(request: &Request<'_>) -> usize {
    let written = request.written();
    request.name().len() - written.len() + written.find('.').unwrap_or(written.len())
}
