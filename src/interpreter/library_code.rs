//! The library's own code: what is compiled into the program, known by the globals that it runs in.

use super::{
    dunders,
    import_code::IMPORT_CODE,
    importlib::{IMPORT_SYSTEM, sys_modules},
    loader::Loader,
    slots::Slot,
};
use crate::syntax::dotted::Dotted;
use rustpython_vm::{
    AsObject, Py, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyStr},
    common::lock::PyMutex,
    frame::InterpreterFrame,
};
use std::collections::HashMap;

/// What a frame's code is to the library.
pub(crate) enum Standing {
    /// It carries out imports for others: the interpreter's own import, and `importlib` before it.
    Import,
    /// It stands in the source of the library's module of that name.
    Source(String),
    /// Text that the library was given and runs in its own globals, as `timeit` does.
    Text,
    /// It is none of the library's.
    Outside,
}

/// A module of the library.
struct Member {
    /// Keeps the address from becoming another dict's.
    _globals: PyDictRef,
    name: String,
    file: Option<String>,
}

/// The modules of the library that were met on the stack, by the addresses of their globals.
#[derive(Default)]
pub(crate) struct Library(PyMutex<HashMap<usize, Member>>);

pub(crate) static LIBRARY: Slot<Library> = Slot::new(|_| Library::default());

impl Library {
    /// What the code of `frame` is to the library.
    pub(crate) fn standing(&self, frame: &InterpreterFrame, vm: &VirtualMachine) -> Standing {
        if IMPORT_CODE.of_started(vm).is_some_and(|known| known.is_importlib(frame.code())) {
            return Standing::Import;
        }
        let globals = frame.globals();
        let file = frame.code().source_path().as_str();
        if let Some(member) = self.0.lock().get(&globals.get_id()) {
            return member.standing(file);
        }
        let Some(member) = Member::of(globals, vm) else { return Standing::Outside };
        let standing = member.standing(file);
        self.0.lock().insert(globals.get_id(), member);
        standing
    }
}

impl Member {
    /// The module of the library that has these globals. It is known by the interpreter's table, and by its loader: code can give
    /// its own globals any names.
    fn of(globals: &Py<PyDict>, vm: &VirtualMachine) -> Option<Self> {
        let names = dunders::get(vm);
        let text = |key: &str| Some(globals.get_item_opt(key, vm).ok()??.downcast_ref::<PyStr>()?.to_string());
        let name = text("__name__")?;
        let module = sys_modules(vm).ok()?.get_item_opt(&*name, vm).ok()??;
        if !module.downcast_ref::<PyModule>()?.dict().is(globals) {
            return None;
        }
        let spec = globals.get_item_opt(names.spec, vm).ok()??;
        let loader = vm.get_attribute_opt(&spec, "loader").ok()??;
        let is_own = IMPORT_SYSTEM.of(vm).own_loaders.iter().any(|own| own.is(&loader))
            || loader.downcast_ref::<Loader>().is_some_and(|loader| loader.handle.is_embedded());
        is_own.then(|| Self { _globals: globals.to_owned(), file: text("__file__"), name })
    }

    fn standing(&self, file: &str) -> Standing {
        let is_source = file == self.name || self.file.as_deref() == Some(file) || file.starts_with("<frozen ");
        match is_source {
            true if Dotted(&self.name).top() == "importlib" => Standing::Import,
            true => Standing::Source(self.name.clone()),
            false => Standing::Text,
        }
    }
}
