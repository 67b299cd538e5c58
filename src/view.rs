//! Stand-ins for modules that show some attributes otherwise than the module itself has them, and never write to it.

use crate::{
    answer::{ask, new_nameless_error, settle},
    mapper::{Answer, Item, Request, WeakMapper},
    statement::Statements,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyStr},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetAttr, Representable, SetAttr},
};

/// A module seen through replacements: the parent of an overridden module as its importer sees it, or what
/// `proxyModule` makes. Values set on it stay on it.
#[pyclass(module = "exocet", name = "ModuleView", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct View {
    /// Absent for a parent that doesn't exist, of a module that does.
    target: Option<PyObjectRef>,
    /// Replacements, and values that were set.
    own: PyDictRef,
    /// Who is asked for names below the module's own.
    name: Option<String>,
    mapper: Option<WeakMapper>,
    /// The importing module, where the mapper tells modules apart.
    owner: Option<String>,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for View {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.own.traverse(visit);
    }
}

impl View {
    /// `target` as the modules under `mapper` see it, who know it as `name`.
    pub(crate) fn of_parent(
        name: &str,
        target: Option<PyObjectRef>,
        owner: Option<String>,
        mapper: WeakMapper,
        vm: &VirtualMachine,
    ) -> Self {
        Self { target, own: vm.ctx.new_dict(), name: Some(name.to_owned()), mapper: Some(mapper), owner }
    }

    /// `target` with some attributes replaced.
    pub(crate) fn proxy(target: PyObjectRef, replacements: PyDictRef) -> Self {
        Self { target: Some(target), own: replacements, name: None, mapper: None, owner: None }
    }

    pub(crate) fn shows(&self, target: &PyObject) -> bool {
        self.target.as_ref().is_some_and(|own| own.is(target))
    }

    /// Makes `child` the attribute `part`.
    pub(crate) fn link(&self, part: &str, child: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.own.set_item(part, child, vm)
    }

    fn target_attr(&self, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match &self.target {
            Some(target) => vm.get_attribute_opt(target, name),
            None => Ok(None),
        }
    }

    /// What the mapper has for `part` of this module, if anything.
    fn replacement(
        &self,
        part: &Py<PyStr>,
        original: Option<&PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        let (Some(mapper), Some(name)) = (&self.mapper, &self.name) else { return Ok(None) };
        if part.as_bytes().starts_with(b"__") {
            return Ok(None);
        }
        let item = match original {
            None => Item::Absent,
            Some(value) if value.downcast_ref::<PyModule>().is_some() => Item::Module,
            Some(_) => Item::Value,
        };
        let statements = Statements { mapper: mapper.upgrade(vm)?, owner: self.owner.clone() };
        let full = format!("{name}.{part}");
        let mut asked = Request::direct(&full).for_item(&full, item);
        if let Some(owner) = &self.owner {
            asked = asked.from_module(owner);
        }
        match ask(&statements.mapper, &asked, vm)? {
            Answer::Object(object) => statements.present(&full, object, vm).map(Some),
            Answer::Rename(_) | Answer::Load(..) | Answer::Part(..) => Ok(settle(&statements.mapper, &asked, vm)?.ok()),
            Answer::Denied(_) | Answer::PassThrough | Answer::NotMine => match original {
                Some(original) => statements.present(&full, original.clone(), vm).map(Some),
                None => Ok(None),
            },
        }
    }

    /// All names with their values, as a new dict.
    fn merged(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let merged = vm.ctx.new_dict();
        if let Some(target) = &self.target
            && let Some(dict) = vm.get_attribute_opt(target, "__dict__")?
            && let Ok(dict) = dict.downcast::<PyDict>()
        {
            merged.merge_object(dict.into(), vm)?;
        }
        merged.merge_object(self.own.clone().into(), vm)?;
        Ok(merged)
    }
}

impl GetAttr for View {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes() == b"__dict__" {
            return zelf.merged(vm).map(Into::into);
        }
        if let Some(own) = zelf.own.get_item_opt(name, vm)? {
            return Ok(own);
        }
        let original = zelf.target_attr(name, vm)?;
        if let Some(replacement) = zelf.replacement(name, original.as_ref(), vm)? {
            return Ok(replacement);
        }
        if let Some(original) = original {
            return Ok(original);
        }
        let shown = match (&zelf.name, &zelf.target) {
            // A parent that stands for nothing but its children still has a name, and is a module to who asks.
            (Some(own), None) if name.as_bytes() == b"__name__" => return Ok(vm.ctx.new_str(own.as_str()).into()),
            (_, None) if name.as_bytes() == b"__class__" => return Ok(vm.ctx.types.module_type.to_owned().into()),
            (Some(own), _) => own.clone(),
            (None, Some(target)) => match vm.get_attribute_opt(target, "__name__")? {
                Some(name) => name.str(vm)?.to_string(),
                None => target.class().name().to_string(),
            },
            (None, None) => String::new(),
        };
        Err(vm.new_attribute_error(format!("module '{shown}' has no attribute '{name}'")))
    }
}

impl SetAttr for View {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => zelf.own.set_item(name, value, vm),
            PySetterValue::Delete if zelf.own.contains_key(name, vm) => zelf.own.del_item(name, vm),
            PySetterValue::Delete => {
                Err(vm
                    .new_attribute_error(format!("'{name}' was not set on this view, so it can't be deleted from it")))
            }
        }
    }
}

impl Representable for View {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let target = match (&zelf.target, &zelf.name) {
            (Some(target), _) => target.repr(vm)?.to_string(),
            (None, name) => format!("'{}'", name.as_deref().unwrap_or_default()),
        };
        let mut names = Vec::new();
        for key in zelf.own.keys_vec() {
            names.push(key.str(vm)?.to_string());
        }
        if zelf.mapper.is_some() || names.is_empty() {
            return Ok(format!("<view of {target}>"));
        }
        Ok(format!("<view of {target}: {} replaced>", names.join(", ")))
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl View {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        Ok(zelf.merged(vm)?.keys_vec())
    }
}

/// What an import statement takes its names from one by one, where the module itself may not have them all. Only the
/// VM ever sees it: it is gone when the statement is done.
#[pyclass(module = "exocet", name = "ImportedFrom", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct From {
    target: Option<PyObjectRef>,
    name: String,
    found: PyDictRef,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for From {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.found.traverse(visit);
    }
}

impl From {
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
        Err(own.map_or_else(
            || new_nameless_error(&message, vm),
            |own| vm.new_import_error(message.as_str(), vm.ctx.new_str(own)),
        ))
    }
}

impl GetAttr for From {
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
impl From {}
