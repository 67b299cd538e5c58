//! The objects that the host has handles on.

use crate::{boundary::LENT, lent::JavaScript};
use exocet::{Object, values::Table, vm::VirtualMachine};
use slab::Slab;
use std::cell::RefCell;

thread_local! {
    static OBJECTS: RefCell<Slab<Object>> = RefCell::default();
    /// Objects of the host's that are named in a message which it hasn't read yet: were they let go before, it would not know them.
    static IN_FLIGHT: RefCell<Vec<Object>> = RefCell::default();
}

/// All of them.
pub(crate) struct Objects;

impl Objects {
    /// The object of that number: one that is kept here, or what stands for one of the host's.
    pub(crate) fn find(number: u32, vm: &VirtualMachine) -> Option<Object> {
        match number {
            LENT.. => Object::new(JavaScript::object(number, vm), vm).ok(),
            number => OBJECTS.with_borrow(|objects| objects.get(number as usize).cloned()),
        }
    }

    /// Runs what sends a message, at whose end the host has read it.
    pub(crate) fn in_flight<R>(send: impl FnOnce() -> R) -> R {
        let before = IN_FLIGHT.with_borrow(Vec::len);
        let result = send();
        let _arrived = IN_FLIGHT.with_borrow_mut(|objects| objects.split_off(before.min(objects.len())));
        result
    }

    /// The host has read the reply to the request before.
    pub(crate) fn have_arrived() {
        drop(IN_FLIGHT.take());
    }

    /// Lets go of objects. A number may be anything.
    pub(crate) fn release(numbers: &[u32]) {
        for number in numbers {
            // It is dropped outside of the table: its end may run any code.
            let _object = OBJECTS.with_borrow_mut(|objects| objects.try_remove(*number as usize));
        }
    }

    /// Lets go of all objects but these.
    pub(crate) fn retain(kept: &[u32]) {
        let others: Vec<u32> = OBJECTS.with_borrow(|objects| {
            let numbers = objects.iter().filter_map(|(number, _)| u32::try_from(number).ok());
            numbers.filter(|number| !kept.contains(number)).collect()
        });
        Self::release(&others);
    }
}

impl Table for Objects {
    fn keep(&self, object: Object, vm: &VirtualMachine) -> u32 {
        // What is the host's is itself again.
        let raw = object.raw(vm).ok();
        if let Some(lent) = raw.as_ref().and_then(|object| object.downcast_ref::<JavaScript>()) {
            IN_FLIGHT.with_borrow_mut(|objects| objects.push(object));
            return lent.number();
        }
        let number = OBJECTS.with_borrow_mut(|objects| objects.insert(object));
        u32::try_from(number)
            .ok()
            .filter(|number| *number < LENT)
            .expect("there are not so many objects in 32 bits of memory")
    }

    fn get(&self, number: u32, vm: &VirtualMachine) -> Option<Object> {
        Self::find(number, vm)
    }
}
