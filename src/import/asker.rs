//! Whose import it is: one rule in two halves.
//!
//! *Code belongs to the module whose globals it runs in.* The builtins of a fresh module stand in its frames, and in its globals;
//! either is enough, since code can change its globals, and functions keep the builtins that they were made with.
//!
//! *A name that is written in a source belongs to that source's module; one that is computed at run time, and imported by the
//! library, belongs to whoever called the library*: the nearest caller that isn't the library. What is at or below the top-level
//! package of the library's own code that asks is the library's.

use crate::{
    interpreter::{
        dunders, frames,
        frames::Importing,
        library_code::{LIBRARY, Standing},
    },
    mapper::{
        import_function::{IMPORT, ImportFunction},
        reference::MapperRef,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyDict, PyDictRef},
    frame::InterpreterFrame,
};
use std::{
    cell::RefCell,
    sync::atomic::{AtomicBool, Ordering},
};

/// Who asks: the builtins of the fresh module, and the `__import__` in them.
pub(crate) struct Asker {
    pub(crate) builtins: PyDictRef,
    pub(crate) import: PyRef<ImportFunction>,
    /// The globals that its code runs in.
    pub(crate) globals: PyDictRef,
}

/// Whether any module was loaded fresh. Where none was, nobody need be looked for.
static LOADED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The code that `exec` and `eval` of fresh modules run on this thread in the globals of other modules, and whose it is.
    static LENT: RefCell<Vec<(PyRef<PyCode>, PyDictRef)>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, code belongs to the module with these builtins, in whatever globals it runs.
pub(crate) struct Lent;

impl Lent {
    pub(crate) fn enter(code: &Py<PyCode>, builtins: &Py<PyDict>) -> Self {
        LENT.with_borrow_mut(|lent| lent.push((code.to_owned(), builtins.to_owned())));
        Self
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let _dropped_after_the_borrow = LENT.with_borrow_mut(Vec::pop);
    }
}

/// From now on some code has builtins of its own.
pub(crate) fn expect() {
    LOADED.store(true, Ordering::Relaxed);
}

/// Whether any code may have builtins of its own.
pub(crate) fn is_expected() -> bool {
    LOADED.load(Ordering::Relaxed)
}

impl Asker {
    /// The one whose builtins these are, with code in these globals.
    pub(crate) fn of_builtins(builtins: &PyObject, globals: &Py<PyDict>, vm: &VirtualMachine) -> Option<Self> {
        let builtins = builtins.downcast_ref::<PyDict>()?;
        let import = builtins.get_item_opt(IMPORT, vm).ok()??.downcast().ok()?;
        Some(Self { builtins: builtins.to_owned(), import, globals: globals.to_owned() })
    }

    /// The one that code in these globals belongs to.
    pub(crate) fn of_globals(globals: &Py<PyDict>, vm: &VirtualMachine) -> Option<Self> {
        let builtins = globals.get_item_opt(dunders::get(vm).builtins, vm).ok()??;
        Self::of_builtins(&builtins, globals, vm)
    }

    /// The mapper that its imports go to.
    pub(crate) fn mapper(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        self.import.mapper_of(|| Some(self.globals.clone()), vm)
    }

    /// The one that the code of `frame` belongs to.
    pub(crate) fn of_frame(frame: &InterpreterFrame, vm: &VirtualMachine) -> Option<Self> {
        if let Some(asker) = lent(frame, vm) {
            return Some(asker);
        }
        let globals = frame.globals();
        Self::of_builtins(frame.builtins(), globals, vm).or_else(|| Self::of_globals(globals, vm))
    }
}

/// The one whose `exec` or `eval` runs the code of `frame` in the globals of another module.
fn lent(frame: &InterpreterFrame, vm: &VirtualMachine) -> Option<Asker> {
    let builtins = LENT.with_borrow(|lent| {
        let found = lent.iter().rev().find(|(code, _)| contains(code, frame.code()));
        found.map(|(_, builtins)| builtins.clone())
    });
    Asker::of_builtins(builtins?.as_object(), frame.globals(), vm)
}

/// The one whose `exec` or `eval` runs the code that runs just now in the globals of another module.
pub(crate) fn of_lent(vm: &VirtualMachine) -> Option<Asker> {
    if LENT.with_borrow(Vec::is_empty) {
        return None;
    }
    frames::find(|frame| Some(lent(frame, vm))).flatten()
}

/// The one whose code runs just now.
pub(crate) fn of_running(vm: &VirtualMachine) -> Option<Asker> {
    frames::find(|frame| Some(Asker::of_frame(frame, vm))).flatten()
}

/// Whether `inner` is `code`, or stands in it.
fn contains(code: &Py<PyCode>, inner: &Py<PyCode>) -> bool {
    let nested = || code.code.constants.iter().filter_map(|constant| constant.as_object().downcast_ref::<PyCode>());
    code.is(inner) || nested().any(|code| contains(code, inner))
}

/// The one whose import statement the running frame is at; `None` where it is the interpreter's own.
pub(crate) fn of_statement(vm: &VirtualMachine) -> Option<Asker> {
    if !is_expected() {
        return None;
    }
    let mut running: Option<PyDictRef> = None;
    let mut is_text = false;
    frames::find(|frame| {
        if let Some(asker) = Asker::of_frame(frame, vm) {
            // Below the first frame only code of the same globals counts: a module whose code took its builtins away runs on.
            let counts = running.as_ref().is_none_or(|globals| globals.is(frame.globals()));
            return counts.then_some(Some(asker));
        }
        if running.is_none() {
            match LIBRARY.of(vm).standing(frame, vm) {
                Standing::Import | Standing::Source(_) => return Some(None),
                Standing::Text => {
                    is_text = true;
                    return Some(None);
                }
                Standing::Outside => running = Some(frame.globals().to_owned()),
            }
        }
        Importing::is_above(frame).then_some(None)
    })
    .flatten()
    .or_else(|| if is_text { of_call(None, vm) } else { None })
}

/// The one who asks by a call: the nearest caller that isn't the library. `None` where that is no fresh module, and where `name`
/// is the library's own.
pub(crate) fn of_call(name: Option<&str>, vm: &VirtualMachine) -> Option<Asker> {
    if !is_expected() {
        return None;
    }
    let mut first = true;
    let found = frames::find(|frame| {
        if Importing::is_above(frame) {
            return Some(None);
        }
        if let Some(asker) = Asker::of_frame(frame, vm) {
            return Some(Some(asker));
        }
        match LIBRARY.of(vm).standing(frame, vm) {
            Standing::Outside => Some(None),
            Standing::Import | Standing::Text => None,
            Standing::Source(module) => {
                let asks = std::mem::replace(&mut first, false);
                let is_own = || name.is_some_and(|name| Dotted(name).is_within(Dotted(&module).top()));
                (asks && is_own()).then_some(None)
            }
        }
    });
    found.flatten()
}
