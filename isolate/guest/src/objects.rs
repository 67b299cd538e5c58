//! The objects that the host has handles on.

use exocet::{Object, values::Table};
use slab::Slab;
use std::cell::RefCell;

thread_local! {
    static OBJECTS: RefCell<Slab<Object>> = RefCell::default();
}

/// All of them.
pub(crate) struct Objects;

impl Objects {
    /// Lets go of objects. A number may be anything.
    pub(crate) fn release(numbers: &[u32]) {
        for number in numbers {
            // It is dropped outside of the table: its end may run any code.
            let _object = OBJECTS.with_borrow_mut(|objects| objects.try_remove(*number as usize));
        }
    }
}

impl Table for Objects {
    fn keep(&self, object: Object) -> u32 {
        let number = OBJECTS.with_borrow_mut(|objects| objects.insert(object));
        u32::try_from(number).expect("there are not so many objects in 32 bits of memory")
    }

    fn get(&self, number: u32) -> Option<Object> {
        OBJECTS.with_borrow(|objects| objects.get(number as usize).cloned())
    }
}
