//! What each layer keeps for one interpreter.
//!
//! An interpreter has one table of slots, an object in its `sys`; each layer declares the slots that it needs as statics and
//! finds their content with one look-up in a dict.

use super::dunders;
use rustpython_vm::{PyPayload, PyRef, VirtualMachine, object::PyThreadingConstraint, pyclass};
use std::{
    any::Any,
    fmt,
    marker::PhantomData,
    ops::Deref,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

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

impl<T: Any + PyThreadingConstraint> Slot<T> {
    pub(crate) const fn new(make: fn(&VirtualMachine) -> T) -> Self {
        Self { place: OnceLock::new(), make, content: PhantomData }
    }

    /// The content of the slot in this interpreter.
    pub(crate) fn of(&self, vm: &VirtualMachine) -> Filled<T> {
        let table = existing(vm).unwrap_or_else(|| {
            let table = Slots::default().into_ref(&vm.ctx);
            let set = vm.sys_module.dict().set_item(dunders::get(vm).slots, table.clone().into(), vm);
            set.expect("`sys` takes attributes");
            table
        });
        self.fill(table, vm)
    }

    /// The content of the slot, if the interpreter has a table: while it starts it has none.
    pub(crate) fn of_started(&self, vm: &VirtualMachine) -> Option<Filled<T>> {
        Some(self.fill(existing(vm)?, vm))
    }

    fn fill(&self, table: PyRef<Slots>, vm: &VirtualMachine) -> Filled<T> {
        let place = self.place();
        if table.0[place].get().is_none() {
            // To make it may need other slots, and even this one: the first one to be made stays.
            let _ = table.0[place].set(Box::new((self.make)(vm)));
        }
        Filled { table, place, content: PhantomData }
    }

    fn place(&self) -> usize {
        *self.place.get_or_init(|| {
            let next = TAKEN.fetch_add(1, Ordering::Relaxed);
            assert!(next < SLOTS, "there are more slots than places");
            next
        })
    }
}

fn existing(vm: &VirtualMachine) -> Option<PyRef<Slots>> {
    let found = vm.sys_module.dict().get_item_opt(dunders::get(vm).slots, vm).ok().flatten();
    found?.downcast::<Slots>().ok()
}

/// The content of a slot. It keeps the interpreter's table alive, not the interpreter.
pub(crate) struct Filled<T> {
    table: PyRef<Slots>,
    place: usize,
    content: PhantomData<T>,
}

impl<T: 'static> Deref for Filled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let content = self.table.0[self.place].get().map(|content| &**content as &dyn Any);
        content.and_then(<dyn Any>::downcast_ref).expect("a slot is filled before it is handed out, by its own type")
    }
}

/// What a slot may hold.
trait Content: Any + PyThreadingConstraint {}

impl<T: Any + PyThreadingConstraint> Content for T {}

/// An interpreter's table of slots.
#[pyclass(module = "exocet", name = "Slots")]
#[derive(PyPayload, Default)]
pub(crate) struct Slots([OnceLock<Box<dyn Content>>; SLOTS]);

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slots")
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Slots {}
