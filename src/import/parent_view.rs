//! What an importing module sees in place of the parent of an overridden module, and what an import statement takes its
//! names from. Neither ever writes to the module itself.

use super::{
    forms::ImportForms,
    missing::new_nameless_error,
    resolve::{ask, try_resolve},
};
use crate::{
    mapper::{
        contract::Answer,
        reference::WeakMapper,
        request::{Item, Request},
    },
    values::module_proxy,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyStr},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetAttr, Representable, SetAttr},
};

/// The parent of an overridden module as its importer sees it. Values set on it stay on it.
#[pyclass(module = "exocet", name = "ModuleView", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ParentView {
    /// Absent for a parent that doesn't exist, of a module that does.
    target: Option<PyObjectRef>,
    /// Children that were linked, and values that were set.
    own: PyDictRef,
    name: String,
    /// Who is asked for names below the module's own.
    mapper: WeakMapper,
    /// The importing module, where the mapper depends on it.
    owner: Option<String>,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for ParentView {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.own.traverse(visit);
    }
}

impl ParentView {
    /// `target` as the modules under `mapper` see it, who know it as `name`.
    pub(crate) fn new(
        name: &str,
        target: Option<PyObjectRef>,
        owner: Option<String>,
        mapper: WeakMapper,
        vm: &VirtualMachine,
    ) -> Self {
        Self { target, own: vm.ctx.new_dict(), name: name.to_owned(), mapper, owner }
    }

    pub(crate) fn shows(&self, target: &PyObject) -> bool {
        self.target.as_ref().is_some_and(|own| own.is(target))
    }

    /// Makes `child` the attribute `part`.
    pub(crate) fn link(&self, part: &str, child: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.own.set_item(part, child, vm)
    }

    /// Makes `child` the attribute `part` in the place of `former`.
    pub(crate) fn relink(&self, part: &str, former: &PyObject, child: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        match self.own.get_item_opt(part, vm)? {
            Some(own) if own.is(former) => self.link(part, child.to_owned(), vm),
            _ => Ok(()),
        }
    }

    /// What the mapper has for `part` of this module, if anything.
    fn replacement(
        &self,
        part: &Py<PyStr>,
        original: Option<&PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        if part.as_bytes().starts_with(b"__") {
            return Ok(None);
        }
        let forms = ImportForms { mapper: self.mapper.upgrade(vm)?, owner: self.owner.clone() };
        let full = format!("{}.{part}", self.name);
        let mut asked = Request::direct(&full).for_item(&full, Item::of(original));
        if let Some(owner) = &self.owner {
            asked = asked.from_module(owner);
        }
        match ask(&forms.mapper, &asked, vm)? {
            Answer::Object { object } => forms.present(&full, object, vm).map(Some),
            Answer::Rename { .. } | Answer::Load { .. } | Answer::Attenuated { .. } => {
                Ok(try_resolve(&forms.mapper, &asked, vm)?.ok())
            }
            Answer::Denied { .. } | Answer::PassThrough | Answer::NotMine => match original {
                Some(original) => forms.present(&full, original.clone(), vm).map(Some),
                None => Ok(None),
            },
        }
    }
}

impl GetAttr for ParentView {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes() == b"__dict__" {
            return module_proxy::merged(zelf.target.as_ref(), &zelf.own, vm).map(Into::into);
        }
        if let Some(own) = zelf.own.get_item_opt(name, vm)? {
            return Ok(own);
        }
        let original = match &zelf.target {
            Some(target) => vm.get_attribute_opt(target, name)?,
            None => None,
        };
        if let Some(replacement) = zelf.replacement(name, original.as_ref(), vm)? {
            return Ok(replacement);
        }
        match (original, &zelf.target, name.as_bytes()) {
            (Some(original), ..) => Ok(original),
            // A parent that stands for nothing but its children still has a name, and is a module to who asks.
            (None, None, b"__name__") => Ok(vm.ctx.new_str(zelf.name.as_str()).into()),
            (None, None, b"__class__") => Ok(vm.ctx.types.module_type.to_owned().into()),
            _ => Err(vm.new_attribute_error(format!("module '{}' has no attribute '{name}'", zelf.name))),
        }
    }
}

impl SetAttr for ParentView {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        module_proxy::set(&zelf.own, name, value, vm)
    }
}

impl Representable for ParentView {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(match &zelf.target {
            Some(target) => format!("<view of {}>", target.repr(vm)?),
            None => format!("<view of '{}'>", zelf.name),
        })
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl ParentView {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        Ok(module_proxy::merged(zelf.target.as_ref(), &zelf.own, vm)?.keys_vec())
    }
}

/// What an import statement takes its names from one by one, where the module itself may not have them all. Only the
/// VM ever sees it: it is gone when the statement is done.
#[pyclass(module = "exocet", name = "ImportedFrom", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ImportedFrom {
    target: Option<PyObjectRef>,
    name: String,
    found: PyDictRef,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for ImportedFrom {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.found.traverse(visit);
    }
}

impl ImportedFrom {
    pub(crate) fn new(target: Option<PyObjectRef>, name: &str, found: PyDictRef) -> Self {
        Self { target, name: name.to_owned(), found }
    }

    /// The `ImportError` that CPython raises for a name that a module lacks.
    pub(crate) fn missing(&self, item: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let attr = |object: &PyObject, name: &'static str| vm.get_attribute_opt(object, name).ok().flatten();
        let text = |object: Option<PyObjectRef>| Some(object?.downcast_ref::<PyStr>()?.to_string());
        let target = self.target.as_deref();
        let own = target.and_then(|target| text(attr(target, "__name__")));
        let shown = own.as_ref().unwrap_or(&self.name);
        let spec = target.and_then(|target| attr(target, "__spec__"));
        let origin = spec.as_ref().and_then(|spec| text(attr(spec, "origin")));
        let partial = spec.as_ref().and_then(|spec| attr(spec, "_initializing"));
        let partial = partial.is_some_and(|partial| partial.try_to_bool(vm).unwrap_or(false));
        let place = origin.unwrap_or_else(|| "unknown location".to_owned());
        let message = if partial {
            format!(
                "cannot import name '{item}' from partially initialized module '{shown}' \
                 (most likely due to a circular import) ({place})"
            )
        } else {
            format!("cannot import name '{item}' from '{shown}' ({place})")
        };
        // What was put in the place of a module has no name that it could be known by.
        let error = own.map_or_else(
            || new_nameless_error(&message, vm),
            |own| vm.new_import_error(message.as_str(), vm.ctx.new_str(own)),
        );
        if let Some(file) = target.and_then(|target| text(attr(target, "__file__"))) {
            error.as_object().set_attr("path", vm.ctx.new_str(file), vm)?;
        }
        Err(error)
    }
}

impl GetAttr for ImportedFrom {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if let Some(found) = zelf.found.get_item_opt(name, vm)? {
            return Ok(found);
        }
        let own = match &zelf.target {
            Some(target) => vm.get_attribute_opt(target, name)?,
            None => None,
        };
        match own {
            Some(own) => Ok(own),
            None => zelf.missing(name, vm),
        }
    }
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl ImportedFrom {}
