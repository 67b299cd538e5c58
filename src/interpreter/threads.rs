//! What the threads of an interpreter are in the middle of, and how to keep them still for a while.

use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, VirtualMachine,
    builtins::{PyCode, PyDict, PyDictRef, PyStr},
    frame::{FrameObjectRef, InterpreterFrame, frame_at_offset},
};
use std::iter;
#[cfg(feature = "threading")]
use {
    super::{importlib::sys_table, slots::Slot},
    rustpython_vm::{PyResult, builtins::PyInt, frame::FrameObject},
    std::{collections::HashMap, sync::atomic::Ordering},
};

/// `sys._current_frames`, as it was when the runtime was built.
#[cfg(feature = "threading")]
static CURRENT_FRAMES: Slot<Option<PyObjectRef>> = Slot::new(|vm| sys_table("_current_frames", vm).ok());

/// Remembers what the interpreter has before any Python code can change it.
#[cfg(feature = "threading")]
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
    pub(crate) line: Option<usize>,
    pub(crate) globals: PyDictRef,
    /// What the local variables of a function are, by name. Those of a module are its globals. Of what runs on another thread they are
    /// missing where something has looked at the frame before: the VM has no copy of it that is live.
    pub(crate) locals: Vec<(String, PyObjectRef)>,
}

/// What all threads are in the middle of, innermost first. No code of Python's runs to find out.
pub(crate) fn running(vm: &VirtualMachine) -> Vec<Running> {
    let own = (0..).map_while(|offset| frame_at_offset(offset, vm));
    let own: Stack = own.map(|frame| (Place::of(frame.iframe()), Some(frame))).collect();
    let stack = |(at, stack): (usize, Stack)| {
        stack.into_iter().map(move |(place, frame)| place.running(at + 1, frame.as_ref(), vm))
    };
    iter::once(own).chain(other_stacks(vm)).enumerate().flat_map(stack).collect()
}

/// Places in code, with the frames that have the local variables there.
type Stack = Vec<(Place, Option<FrameObjectRef>)>;

/// A place in code that runs.
struct Place {
    code: PyRef<PyCode>,
    globals: PyDictRef,
    /// The index of the next instruction.
    next: usize,
}

impl Place {
    fn of(frame: &InterpreterFrame) -> Self {
        let next = frame.get_lasti() as usize;
        Self { code: frame.code().to_owned(), globals: frame.globals().to_owned(), next }
    }

    fn running(self, thread: usize, frame: Option<&FrameObjectRef>, vm: &VirtualMachine) -> Running {
        let line = match frame.filter(|_| thread == 1) {
            // The attribute is live, where the frame object's own fields may be as old as the object.
            Some(frame) => frame.as_object().get_attr("f_lineno", vm).and_then(|line| line.try_into_value(vm)).ok(),
            None => self.code.code.locations.get(self.next.saturating_sub(1)).map(|(place, _)| place.line.get()),
        };
        let locals = frame.map_or_else(Vec::new, |frame| locals(frame, vm));
        let (function, file) = (self.code.code.qualname.to_string(), self.code.source_path().to_string());
        Running { thread, function, file, line, globals: self.globals, locals }
    }
}

/// The local variables in a frame of a function.
fn locals(frame: &FrameObjectRef, vm: &VirtualMachine) -> Vec<(String, PyObjectRef)> {
    // Where they are an object of the program's own, to read them would run its code.
    let locals = frame.locals(vm).ok().map(PyObjectRef::from);
    let locals = locals.and_then(|locals| locals.downcast_exact::<PyDict>(vm).ok());
    let named = |(name, value): (PyObjectRef, PyObjectRef)| {
        Some((name.downcast_ref::<PyStr>()?.to_string_lossy().into_owned(), value))
    };
    let of_function = locals.filter(|locals| !locals.is(frame.iframe().globals()));
    of_function.map_or_else(Vec::new, |locals| locals.into_iter().filter_map(named).collect())
}

/// What is on the stacks of the other threads.
#[cfg(feature = "threading")]
fn other_stacks(vm: &VirtualMachine) -> Vec<Stack> {
    let mut copies = copies(vm).unwrap_or_default();
    let mut stacks: Vec<(u64, Vec<Place>)> = Vec::new();
    {
        let _still = Stillness::begin(vm);
        let own = std::thread::current().id();
        let slots = vm.state.thread_frames.lock();
        for (thread, slot) in slots.iter().filter(|(_, slot)| slot.thread.id() != own) {
            let mut places = Vec::new();
            let mut frame = slot.top_iframe.load(Ordering::Relaxed) as *const InterpreterFrame;
            while !frame.is_null() {
                // SAFETY: the thread stands still, so that the frames on its stack stay there.
                let iframe = unsafe { &*frame };
                places.push(Place::of(iframe));
                frame = iframe.previous();
            }
            stacks.push((*thread, places));
        }
    }
    stacks.retain(|(_, places)| !places.is_empty());
    stacks.sort_by_key(|(thread, _)| *thread);
    let stack = |(thread, places): (u64, Vec<Place>)| {
        let mut copies = copies.remove(&thread).unwrap_or_default().into_iter();
        let place = |place: Place| {
            // The thread may have gone on since they were made.
            let copy = copies.next().filter(|copy| copy.iframe().code().is(&place.code));
            (place, copy)
        };
        places.into_iter().map(place).collect()
    };
    stacks.into_iter().map(stack).collect()
}

/// There are none.
#[cfg(not(feature = "threading"))]
fn other_stacks(_: &VirtualMachine) -> Vec<Stack> {
    Vec::new()
}

/// Copies of the frames of each thread, innermost first.
#[cfg(feature = "threading")]
fn copies(vm: &VirtualMachine) -> PyResult<HashMap<u64, Vec<FrameObjectRef>>> {
    let filled = CURRENT_FRAMES.of(vm);
    let Some(current_frames) = &*filled else { return Ok(HashMap::new()) };
    let found = current_frames.call((), vm)?;
    let Some(by_thread) = found.downcast_ref::<PyDict>() else { return Ok(HashMap::new()) };
    let stack = |(thread, top): (PyObjectRef, PyObjectRef)| {
        let thread = thread.downcast_ref::<PyInt>()?.try_to_primitive::<u64>(vm).ok()?;
        let top = top.downcast::<FrameObject>().ok();
        Some((thread, iter::successors(top, |frame| frame.f_back(vm)).collect()))
    };
    Ok(by_thread.into_iter().filter_map(stack).collect())
}
