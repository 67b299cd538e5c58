//! What each layer keeps for one interpreter.
//!
//! An interpreter has one table of slots; each layer declares the slots that it needs as statics. The tables are the
//! process's and no object, so that no Python code can reach one, or take it away.

use rustpython_vm::{
    VirtualMachine,
    common::{lock::PyMutex, rc::PyRc, static_cell},
    object::PyThreadingConstraint,
    vm::PyGlobalState,
};
use std::{
    any::Any,
    cell::RefCell,
    collections::HashMap,
    marker::PhantomData,
    ops::Deref,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

#[cfg(not(feature = "threading"))]
use std::rc::Weak;
#[cfg(feature = "threading")]
use std::sync::Weak;

/// A place in every interpreter's table for one `T`, made when an interpreter first needs it.
pub(crate) struct Slot<T> {
    /// The place, from when the process first uses the slot.
    place: OnceLock<usize>,
    make: fn(&VirtualMachine) -> T,
    content: PhantomData<fn() -> T>,
}

/// How many slots the layers may declare.
const SLOTS: usize = 24;

/// The places that are taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

static_cell! {
    /// The tables by the numbers of their interpreters, none of which is given twice.
    static TABLES: PyMutex<HashMap<i64, Table>>;
}

struct Table {
    slots: PyRc<Slots>,
    /// What lives as long as the interpreter.
    interpreter: Weak<PyGlobalState>,
}

thread_local! {
    /// The table that this thread needed last.
    static RECENT: RefCell<(i64, Weak<Slots>)> = const { RefCell::new((-1, Weak::new())) };
}

impl<T: Any + PyThreadingConstraint> Slot<T> {
    pub(crate) const fn new(make: fn(&VirtualMachine) -> T) -> Self {
        Self { place: OnceLock::new(), make, content: PhantomData }
    }

    /// The content of the slot in this interpreter.
    pub(crate) fn of(&self, vm: &VirtualMachine) -> Filled<T> {
        let (slots, place) = (existing(vm).unwrap_or_else(|| make(vm)), self.place());
        if slots.0[place].get().is_none() {
            // To make it may need other slots, and even this one: the first one to be made stays.
            let _ = slots.0[place].set(Box::new((self.make)(vm)));
        }
        Filled { slots, place, content: PhantomData }
    }

    /// The content of the slot, if it is made: while an interpreter starts it isn't, and neither in one that no runtime built.
    pub(crate) fn of_started(&self, vm: &VirtualMachine) -> Option<Filled<T>> {
        let (slots, place) = (existing(vm)?, self.place());
        slots.0[place].get()?;
        Some(Filled { slots, place, content: PhantomData })
    }

    fn place(&self) -> usize {
        *self.place.get_or_init(|| {
            let next = TAKEN.fetch_add(1, Ordering::Relaxed);
            assert!(next < SLOTS, "there are more slots than places");
            next
        })
    }
}

/// The table of this interpreter, if it has one.
fn existing(vm: &VirtualMachine) -> Option<PyRc<Slots>> {
    let id = vm.state.interpreter_id;
    let recent = RECENT.with_borrow(|(recent, slots)| if *recent == id { slots.upgrade() } else { None });
    recent.or_else(|| {
        let slots = tables().lock().get(&id)?.slots.clone();
        RECENT.set((id, PyRc::downgrade(&slots)));
        Some(slots)
    })
}

fn make(vm: &VirtualMachine) -> PyRc<Slots> {
    sweep();
    let make = || Table { slots: PyRc::default(), interpreter: PyRc::downgrade(&vm.state) };
    tables().lock().entry(vm.state.interpreter_id).or_insert_with(make).slots.clone()
}

fn tables() -> &'static PyMutex<HashMap<i64, Table>> {
    TABLES.get_or_init(PyMutex::default)
}

/// Drops the tables of interpreters that are gone.
pub(crate) fn sweep() {
    let is_gone = |table: &Table| table.interpreter.strong_count() == 0;
    // They are dropped when the lock is free again: what is in them may have something to do in the end.
    let gone: Vec<_> = {
        let mut tables = tables().lock();
        tables.extract_if(|_, table| is_gone(table)).collect()
    };
    drop(gone);
}

/// The content of a slot. It keeps the interpreter's table alive, not the interpreter.
pub(crate) struct Filled<T> {
    slots: PyRc<Slots>,
    place: usize,
    content: PhantomData<T>,
}

impl<T: 'static> Deref for Filled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let content = self.slots.0[self.place].get().map(|content| &**content as &dyn Any);
        content.and_then(<dyn Any>::downcast_ref).expect("a slot is filled before it is handed out, by its own type")
    }
}

/// What a slot may hold.
trait Content: Any + PyThreadingConstraint {}

impl<T: Any + PyThreadingConstraint> Content for T {}

/// An interpreter's table of slots.
#[derive(Default)]
struct Slots([OnceLock<Box<dyn Content>>; SLOTS]);
