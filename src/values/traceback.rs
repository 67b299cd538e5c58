//! Exceptions as text.

use crate::interpreter::{
    importlib::{import_shared, sys_modules},
    loader::Loader,
};
use rustpython_vm::{
    AsObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
    frame::FrameObjectRef,
};
use std::fmt::Write;

/// The traceback of an exception as `python` prints it, with the source text of modules from every kind of source.
#[must_use]
pub fn traceback(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    // Where the library has to be compiled first, nobody waits for that to read an error.
    let ready = cfg!(any(feature = "stdlib", not(feature = "library")))
        || sys_modules(vm).is_ok_and(|modules| modules.contains_key("traceback", vm));
    match ready.then(|| by_traceback_module(error, vm)) {
        Some(Ok(text)) => text,
        _ => plain(error, vm),
    }
}

/// The exception alone: `ValueError: its message`.
#[must_use]
pub fn describe(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let kind = error.class().name().to_owned();
    match error.as_object().str(vm).map(|text| text.to_string()) {
        Ok(text) if text.is_empty() => kind,
        Ok(text) => format!("{kind}: {text}"),
        Err(_) => format!("{kind}: <exception str() failed>"),
    }
}

/// The standard library's own rendering, which knows notes, groups, causes and where in the line it happened.
fn by_traceback_module(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<String> {
    let module = import_shared("traceback", vm)?;
    let lines = vm.call_method(&module, "format_exception", (error.clone(),))?;
    let lines: Vec<String> = lines.try_to_value(vm)?;
    Ok(lines.concat())
}

/// Where there is no standard library: the frames with their source text, and the exception.
fn plain(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let mut text = String::new();
    if let Some(cause) = error.__cause__() {
        text.push_str(&plain(&cause, vm));
        text.push_str("\nThe above exception was the direct cause of the following exception:\n\n");
    } else if let Some(context) = error.__context__() {
        text.push_str(&plain(&context, vm));
        text.push_str("\nDuring handling of the above exception, another exception occurred:\n\n");
    }
    if let Some(traceback) = error.traceback() {
        text.push_str("Traceback (most recent call last):\n");
        for entry in traceback.iter() {
            let iframe = entry.frame.iframe();
            let (code, line) = (iframe.code(), entry.lineno.get());
            // Writing into a string can't fail.
            let _ = writeln!(text, "  File \"{}\", line {line}, in {}", code.source_path(), code.code.obj_name);
            if let Some(source) = source_line(&entry.frame, line, vm) {
                let _ = writeln!(text, "    {}", source.trim());
            }
        }
    }
    text.push_str(&describe(error, vm));
    text.push('\n');
    if let Ok(Some(notes)) = vm.get_attribute_opt(error.as_object(), "__notes__")
        && let Ok(notes) = notes.try_to_value::<Vec<rustpython_vm::PyObjectRef>>(vm)
    {
        for note in notes.iter().filter_map(|note| note.downcast_ref::<PyStr>()) {
            let _ = writeln!(text, "{note}");
        }
    }
    text
}

/// The text of a line of the module whose code a frame runs, where its loader knows the source.
pub(crate) fn source_line(frame: &FrameObjectRef, line: usize, vm: &VirtualMachine) -> Option<String> {
    let loader = frame.iframe().globals().get_item_opt("__loader__", vm).ok().flatten()?;
    let text = loader.downcast_ref::<Loader>()?.text()?;
    Some(text.lines().nth(line.checked_sub(1)?)?.to_owned())
}
