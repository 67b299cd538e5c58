//! A realm's modules as the forms of the import statement see them: as in CPython's `sys.modules`.

use super::{import_tables::Found, modules::RealmModules, stand_ins};
use crate::{
    interpreter::{
        importlib::{IMPORT_SYSTEM, is_shared, sys_modules},
        loader::Loader,
    },
    load::units::UNITS,
    mapper::{contract::Answer, module_table::ModuleTable, request::Request},
    syntax::dotted::Dotted,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};
use std::{collections::HashMap, sync::atomic::Ordering};

impl ModuleTable for RealmModules {
    fn is_inside(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(self.entry(name, vm)?.is_some_and(|(_, inside)| inside))
    }

    fn is_barred(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(self.modules.get(name, vm)?.is_some_and(|entry| vm.is_none(&entry)))
    }

    fn submodule(&self, package: &PyObject, part: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let name = vm.get_attribute_opt(package, "__name__")?;
        match name.as_ref().and_then(|name| name.downcast_ref::<PyStr>()) {
            Some(name) => Ok(self.entry(&format!("{name}.{part}"), vm)?.map(|(module, _)| module)),
            None => Ok(None),
        }
    }

    fn is_replacing(&self, name: &str) -> bool {
        self.replacing.has(name)
    }

    fn first_missing<'a>(&self, name: &'a str, vm: &VirtualMachine) -> Option<&'a str> {
        let mut missing = name;
        for step in Dotted(name).prefixes().rev() {
            match self.entry(step, vm).ok()? {
                Some((_, inside)) => return inside.then_some(missing),
                None => missing = step,
            }
        }
        None
    }

    fn note(&self, name: &str, object: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_inside(name, vm)? || self.roots.iter().any(|root| Dotted(name).is_within(root.name())) {
            return Ok(());
        }
        let note = |name: &str, object: PyObjectRef| {
            self.modules.set(name, Some(object.clone()), vm)?;
            self.outside.set(name, Some(object), vm)
        };
        note(name, object.to_owned())?;
        // Whoever imports a shared module has imported the packages above it.
        if let Some(package) = Dotted(name).parent()
            && !self.modules.has(package, vm)
            && is_shared(name, object, vm)
            && let Some(package_module) = sys_modules(vm)?.get_item_opt(package, vm)?
        {
            return self.note(package, &package_module, vm);
        }
        Ok(())
    }

    fn find_spec(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some((module, true)) = self.entry(name, vm)? {
            let spec = if vm.is_none(&module) { None } else { vm.get_attribute_opt(&module, "__spec__")? };
            return Ok(spec.filter(|spec| !vm.is_none(spec)));
        }
        let package = match Dotted(name).parent() {
            Some(package) => self.entry(package, vm)?.filter(|(_, inside)| *inside).map(|(module, _)| module),
            None => None,
        };
        match self.find(name, package.as_ref(), vm)? {
            Some(Found::Handle(handle)) if handle.is_native() => Ok(None),
            Some(Found::Handle(handle)) => {
                UNITS.of(vm).get(&handle, vm)?.found_spec(Some(self.own(vm)?.into()), vm).map(Some)
            }
            Some(Found::Spec(spec)) => Ok(Some(spec)),
            None => Ok(None),
        }
    }

    fn clear(&self, out: &mut Vec<PyObjectRef>) {
        out.extend(self.own.lock().take().map(Into::into));
    }
}

impl RealmModules {
    /// Shows in `modules` the modules of the library that are loaded by now and that the mapper passes through: what an import would
    /// get, and in CPython has been there since somebody's import. What the realm's code has taken out stays out.
    pub(super) fn show_shared(&self, vm: &VirtualMachine) -> PyResult<()> {
        let shared = sys_modules(vm)?;
        if self.shared.swap(shared.__len__(), Ordering::Relaxed) == shared.__len__() {
            return Ok(());
        }
        let system = IMPORT_SYSTEM.of(vm);
        let mut own = HashMap::new();
        for (name, module) in shared.into_iter().collect::<Vec<_>>() {
            let Some(text) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { continue };
            if self.modules.has(text, vm) || self.outside.has(text, vm) || vm.is_none(&module) {
                continue;
            }
            let loader = module.dict().map_or(Ok(None), |dict| dict.get_item_opt("__loader__", vm))?;
            let is_library = loader.is_some_and(|loader| match loader.downcast_ref::<Loader>() {
                Some(loader) => loader.handle.is_embedded(),
                None => system.own_loaders.iter().any(|own| own.is(&loader)),
            });
            if !is_library {
                continue;
            }
            let top = Dotted(text).top();
            let is_own = match own.get(top) {
                Some(is_own) => *is_own,
                None => *own.entry(top.to_owned()).or_insert(self.is_own(top, vm)?),
            };
            let is_stood_in = stand_ins::has(&self.own(vm)?, text);
            if !is_own && !is_stood_in && matches!(self.outer.map(&Request::probe(text), vm)?, Answer::PassThrough) {
                self.note(text, &module, vm)?;
            }
        }
        Ok(())
    }
}
