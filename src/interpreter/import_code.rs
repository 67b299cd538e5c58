//! The code by which imports are carried out, known by its identity. Its file name would prove nothing: any code can be given any.

use super::{importlib::sys_modules, slots::Slot};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyClassMethod, PyCode, PyFunction, PyProperty, PyStaticMethod, PyType},
};
use std::collections::HashMap;

/// Code objects by their identity.
#[derive(Default)]
struct Known(HashMap<usize, PyRef<PyCode>>);

/// The code of the interpreter's own import.
pub(crate) struct ImportCode(Known);

/// The runtime fills it before any code runs that could put functions of its own into importlib.
pub(crate) static IMPORT_CODE: Slot<ImportCode> =
    Slot::new(|vm| ImportCode(Known::of_importlib(vm).unwrap_or_default()));

impl ImportCode {
    /// Whether it is the code of the interpreter's own import.
    pub(crate) fn is_importlib(&self, code: &Py<PyCode>) -> bool {
        self.0.has(code)
    }
}

impl Known {
    /// The code of the functions of both halves of importlib, in their classes too.
    fn of_importlib(vm: &VirtualMachine) -> PyResult<Self> {
        let modules = sys_modules(vm)?;
        let mut known = Self::default();
        // Without access to the host there is no second half.
        for half in ["_frozen_importlib", "_frozen_importlib_external"] {
            let Some(dict) = modules.get_item_opt(half, vm)?.and_then(|module| module.dict()) else { continue };
            for (_, value) in &dict {
                match value.downcast_ref::<PyType>() {
                    Some(class) => {
                        let attributes: Vec<(_, PyObjectRef)> = class.attributes.entries();
                        attributes.iter().try_for_each(|(_, value)| known.add_function(value, vm))?;
                    }
                    None => known.add_function(&value, vm)?,
                }
            }
        }
        Ok(known)
    }

    /// Adds the code of a function, and of what a class has in the place of one.
    fn add_function(&mut self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if value.downcast_ref::<PyFunction>().is_some() {
            if let Ok(code) = value.get_attr("__code__", vm)?.downcast::<PyCode>() {
                self.add(&code);
            }
        } else if value.downcast_ref::<PyStaticMethod>().is_some() || value.downcast_ref::<PyClassMethod>().is_some() {
            self.add_function(&*value.get_attr("__func__", vm)?, vm)?;
        } else if value.downcast_ref::<PyProperty>().is_some() {
            for part in ["fget", "fset"] {
                self.add_function(&*value.get_attr(part, vm)?, vm)?;
            }
        }
        Ok(())
    }

    /// Adds `code` and the code in it.
    fn add(&mut self, code: &Py<PyCode>) {
        self.0.insert(code.as_object().get_id(), code.to_owned());
        let inner = code.code.constants.iter().filter_map(|constant| constant.as_object().downcast_ref());
        inner.for_each(|code| self.add(code));
    }

    fn has(&self, code: &Py<PyCode>) -> bool {
        self.0.contains_key(&code.as_object().get_id())
    }
}
