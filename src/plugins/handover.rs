//! What plugins may do themselves when one generation follows another.

use super::generation::Generation;
use crate::{error::Error, values::object::Object};
use rustpython_vm::{
    AsObject, PyObjectRef,
    function::{FuncArgs, PosArgs},
};

/// Asks a new generation whether it stands.
pub(super) fn check(generation: &Generation) -> Result<(), Error> {
    let Some(answer) = generation.call_own("check", |_| FuncArgs::default())? else { return Ok(()) };
    match generation.enter(|vm| Ok(answer.raw(vm)?.is(&vm.ctx.false_value)))? {
        true => Err(Error::raise("ValueError", "its check() returned False")),
        false => Ok(()),
    }
}

/// Passes the state of an old generation to a new one, if both have the functions for it.
pub(super) fn pass_state(old: &Generation, new: &Generation) -> Result<(), (&'static str, Error)> {
    let takes =
        new.enter(|vm| new.offered(vm.ctx.intern_str("load_state"), vm)).map_err(|error| ("load_state", error))?;
    if takes.is_none() {
        return Ok(());
    }
    // One that has exceeded a limit has no state any more that anybody could get.
    let state = match old.call_own("save_state", |_| FuncArgs::default()) {
        Err(error) if error.is_poisoned() => None,
        saved => saved.map_err(|error| ("save_state", error))?,
    };
    let Some(state) = state else { return Ok(()) };
    let pass = |state: Object| {
        let state: PyObjectRef = new.enter(|vm| state.raw(vm))?;
        new.call_own("load_state", |_| FuncArgs::from(PosArgs::new(vec![state])))
    };
    pass(state).map(drop).map_err(|error| ("load_state", error))
}
