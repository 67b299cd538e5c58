//! What the threads of an interpreter are in the middle of, and how to keep them still for a while.

use super::{importlib::sys_table, slots::Slot};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyInt, PyStr},
    frame::{FrameObject, FrameObjectRef, frame_at_offset},
};

/// `sys._current_frames`, as it was when the runtime was built.
static CURRENT_FRAMES: Slot<Option<PyObjectRef>> = Slot::new(|vm| sys_table("_current_frames", vm).ok());

/// Remembers what the interpreter has before any Python code can change it.
pub(crate) fn install(vm: &VirtualMachine) {
    let _ = CURRENT_FRAMES.of(vm);
}

/// While it lives no other thread of the interpreter runs, so that what objects refer to stays as it is. Whoever holds it runs no
/// Python code, and waits for no lock that another thread may have.
#[must_use]
pub(crate) struct Stillness<'a>(#[cfg_attr(not(feature = "threading"), expect(dead_code))] &'a VirtualMachine);

impl<'a> Stillness<'a> {
    pub(crate) fn begin(vm: &'a VirtualMachine) -> Self {
        #[cfg(feature = "threading")]
        vm.state.stop_the_world.stop_the_world(&vm.state);
        Self(vm)
    }
}

impl Drop for Stillness<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "threading")]
        self.0.state.stop_the_world.start_the_world(&self.0.state);
    }
}

/// Code that a thread is in the middle of.
pub(crate) struct Running {
    /// The threads are counted from 1, the one that looks first.
    pub(crate) thread: usize,
    pub(crate) function: String,
    pub(crate) file: String,
    pub(crate) line: Option<i64>,
    pub(crate) globals: PyDictRef,
    /// What the local variables of a function are, by name. Those of a module are its globals.
    pub(crate) locals: Vec<(String, PyObjectRef)>,
}

/// What all threads are in the middle of, innermost first. No code of Python's runs to find out.
pub(crate) fn running(vm: &VirtualMachine) -> Vec<Running> {
    let own: Vec<FrameObjectRef> = (0..).map_while(|offset| frame_at_offset(offset, vm)).collect();
    let mut stacks = vec![own];
    stacks.extend(other_stacks(&stacks[0], vm).unwrap_or_default());
    let mut running = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        running.extend(stack.iter().map(|frame| Running::of(frame, at + 1, vm)));
    }
    running
}

/// Copies of what is on the stacks of the other threads.
fn other_stacks(own: &[FrameObjectRef], vm: &VirtualMachine) -> PyResult<Vec<Vec<FrameObjectRef>>> {
    let filled = CURRENT_FRAMES.of(vm);
    let Some(current_frames) = &*filled else { return Ok(Vec::new()) };
    let found = current_frames.call((), vm)?;
    let Some(by_thread) = found.downcast_ref::<PyDict>() else { return Ok(Vec::new()) };
    let number = |thread: &PyObject| thread.downcast_ref::<PyInt>().and_then(|id| id.try_to_primitive::<u64>(vm).ok());
    let mut tops: Vec<_> = by_thread
        .into_iter()
        .filter_map(|(thread, frame)| Some((number(&thread)?, frame.downcast::<FrameObject>().ok()?)))
        .filter(|(_, top)| own.first().is_none_or(|own| !own.is(top)))
        .collect();
    tops.sort_by_key(|(thread, _)| *thread);
    let stack = |top| std::iter::successors(Some(top), |frame: &FrameObjectRef| frame.f_back(vm)).collect();
    Ok(tops.into_iter().map(|(_, top)| stack(top)).collect())
}

impl Running {
    fn of(frame: &FrameObjectRef, thread: usize, vm: &VirtualMachine) -> Self {
        let iframe = frame.iframe();
        let code = iframe.code();
        let globals = iframe.globals().to_owned();
        // Where the locals are an object of the program's own, to read them would run its code.
        let locals = frame.locals(vm).ok().map(PyObjectRef::from);
        let locals = locals.and_then(|locals| locals.downcast_exact::<PyDict>(vm).ok());
        let locals = locals.filter(|locals| !locals.is(&globals)).map(|locals| {
            let named = |(name, value): (PyObjectRef, PyObjectRef)| {
                let name = name.downcast_ref::<PyStr>()?.to_string_lossy().into_owned();
                Some((name, value))
            };
            locals.into_iter().filter_map(named).collect()
        });
        // The attribute is live, where the frame object's own fields may be as old as the object.
        let line = frame.as_object().get_attr("f_lineno", vm).and_then(|line| line.try_into_value(vm));
        Self {
            thread,
            function: code.code.qualname.to_string(),
            file: code.source_path().to_string(),
            line: line.ok(),
            globals,
            locals: locals.unwrap_or_default(),
        }
    }
}
