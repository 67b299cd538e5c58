//! Budgets: the modules that share a set of limits. Once one limit is exceeded, none of them can be used again.
//!
//! Every handle on an object of such a module enters the interpreter through the budget, which the [watchdog](super::watchdog)
//! watches meanwhile.

use super::{
    engine::Engine,
    limits::Limits,
    watchdog::{self, WATCHDOG},
};
use crate::{
    error::{Error, Kind},
    limit::Limit,
};
use rustpython_vm::VirtualMachine;
use std::{
    cell::RefCell,
    fmt,
    sync::{Arc, OnceLock},
};

/// A set of limits, and whether one of them was exceeded.
pub(crate) struct Budget {
    pub(crate) limits: Limits,
    /// The limit that was exceeded, and the message for it.
    pub(super) exceeded: OnceLock<(Limit, String)>,
}

thread_local! {
    /// The budgets that this thread runs under, innermost last.
    static BUDGETS: RefCell<Vec<Arc<Budget>>> = const { RefCell::new(Vec::new()) };
}

/// The budget that this thread runs under.
pub(crate) fn current() -> Option<Arc<Budget>> {
    BUDGETS.with_borrow(|budgets| budgets.last().cloned())
}

/// The error for the limit that the budget of this thread has exceeded, if it has.
pub(crate) fn exceeded() -> Option<Error> {
    let budget = current()?;
    let (limit, message) = budget.exceeded.get()?;
    Some(Kind::Limit { limit: *limit, message: message.clone() }.into())
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, exceeded: OnceLock::new() })
    }

    /// Records that a limit is exceeded. Only the first one counts.
    pub(crate) fn exceed(&self, limit: Limit, message: &str) {
        let _ = self.exceeded.set((limit, message.to_owned()));
        WATCHDOG.wake();
    }

    /// Runs `f` inside of the interpreter, under the limits.
    pub(crate) fn enter<R>(
        self: &Arc<Self>,
        engine: &Engine,
        f: impl FnOnce(&VirtualMachine) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if BUDGETS.with_borrow(|budgets| budgets.iter().any(|budget| Arc::ptr_eq(budget, self))) {
            // It is watched already.
            return engine.try_enter(f);
        }
        if let Some((limit, _)) = self.exceeded.get() {
            return Err(Kind::Poisoned { limit: *limit }.into());
        }
        self.run(engine, f)
    }

    /// Runs `f` under the limits even if one was exceeded before. Then the code is interrupted at once, wherever it is.
    pub(crate) fn run<R>(
        self: &Arc<Self>,
        engine: &Engine,
        f: impl FnOnce(&VirtualMachine) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if (self.limits.time.is_some() || self.limits.heap.is_some()) && !engine.can_interrupt() {
            return Err(Kind::NotInterruptible.into());
        }
        if let Some(limit) = self.limits.only_in_isolates() {
            return Err(Kind::OnlyInIsolates { limit }.into());
        }
        let result = engine.try_enter(|vm| {
            let _inside = Inside::new(self);
            let _lowered = self.limits.recursion.map(|calls| Lowered::new(calls, vm));
            // Another thread would be interrupted in this one's place.
            let _watched = engine.can_interrupt().then(|| WATCHDOG.watch(self, engine.signals()));
            f(vm)
        });
        if let Err(error) = &result
            && error.exception().is_some_and(|exception| exception.is("RecursionError"))
        {
            self.exceed(Limit::Recursion, &error.to_string());
        }
        match self.exceeded.get() {
            Some((limit, message)) => Err(Kind::Limit { limit: *limit, message: message.clone() }.into()),
            None => result,
        }
    }
}

struct Inside;

impl Inside {
    fn new(budget: &Arc<Budget>) -> Self {
        BUDGETS.with_borrow_mut(|budgets| budgets.push(budget.clone()));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        BUDGETS.with_borrow_mut(Vec::pop);
        watchdog::forget_interruption();
    }
}

/// A lower recursion limit, for as long as it lives.
struct Lowered<'a> {
    vm: &'a VirtualMachine,
    before: usize,
}

impl<'a> Lowered<'a> {
    fn new(calls: usize, vm: &'a VirtualMachine) -> Self {
        let before = vm.recursion_limit.get();
        vm.recursion_limit.set(before.min(vm.current_recursion_depth().saturating_add(calls)));
        Self { vm, before }
    }
}

impl Drop for Lowered<'_> {
    fn drop(&mut self) {
        self.vm.recursion_limit.set(self.before);
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("limits", &self.limits).finish_non_exhaustive()
    }
}
