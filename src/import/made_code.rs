//! What `exec`, `eval`, `compile` and `marshal` make code of, as observers are asked about it before it is code.

use crate::{
    interpreter::{frames, importlib::import_shared},
    observe::watch::{self, Maker},
};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine,
    builtins::{PyCode, PyList, PyStr},
    common::{lock::PyMutex, rc::PyRc},
    function::{ArgBytesLike, FuncArgs, KwArgs},
};

/// Asks about text, bytes or a syntax tree that are about to become code that is said to stand in `file`.
pub(super) fn admit(source: &PyObject, file: impl FnOnce() -> String, vm: &VirtualMachine) -> PyResult<()> {
    let Some(watch) = watch::active(vm) else { return Ok(()) };
    let maker = if frames::runs_importlib(vm) { Maker::Import } else { Maker::Other };
    match source.downcast_ref::<PyStr>() {
        Some(text) => watch.code(&file(), text.as_bytes(), maker, vm),
        None => match ArgBytesLike::try_from_borrowed_object(vm, source) {
            Ok(bytes) => {
                let bytes = bytes.with_ref(<[u8]>::to_vec);
                watch.code(&file(), &bytes, maker, vm)
            }
            // Anything else is code already, or a tree, or else refused by the compiler.
            Err(_) if source.downcast_ref::<PyCode>().is_some() => Ok(()),
            Err(_) => {
                let mut shape = Vec::new();
                add_shape(source, &mut shape, vm)?;
                watch.code(&file(), &shape, maker, vm)
            }
        },
    }
}

/// Adds what a syntax tree means to `shape`: without places, and the same in each process.
fn add_shape(part: &PyObject, shape: &mut Vec<u8>, vm: &VirtualMachine) -> PyResult<()> {
    vm.with_recursion("in a syntax tree", || {
        if let Some(list) = part.downcast_ref::<PyList>() {
            shape.push(b'[');
            let items = list.borrow_vec().to_vec();
            items.iter().try_for_each(|item| add_shape(item, shape, vm))?;
            shape.push(b']');
            return Ok(());
        }
        let Some(fields) = vm.get_attribute_opt(part, "_fields")? else {
            shape.extend(part.repr(vm)?.as_bytes());
            shape.push(b',');
            return Ok(());
        };
        shape.extend(part.class().name().as_bytes());
        shape.push(b'(');
        let fields: Vec<PyObjectRef> = fields.try_to_value(vm)?;
        for name in &fields {
            let Some(name) = name.downcast_ref::<PyStr>() else { continue };
            if let Some(field) = vm.get_attribute_opt(part, name)? {
                add_shape(&field, shape, vm)?;
            }
        }
        shape.push(b')');
        Ok(())
    })
}

/// Has observers asked about bytecode that comes out of `marshal`.
pub(crate) fn watch_marshal(vm: &VirtualMachine) -> PyResult<()> {
    let marshal = import_shared("marshal", vm)?;
    let (loads, load) = (marshal.get_attr("loads", vm)?, marshal.get_attr("load", vm)?);
    let parse = loads.clone();
    let watched = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let bytes = args.args.first().and_then(|bytes| ArgBytesLike::try_from_borrowed_object(vm, bytes).ok());
        let value = loads.call(args, vm)?;
        if let Some(bytes) = bytes {
            admit_marshalled(&bytes.with_ref(<[u8]>::to_vec), &value, &loads, vm)?;
        }
        Ok(value)
    };
    marshal.set_attr("loads", vm.new_function("loads", watched), vm)?;
    let watched = move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let Some(file) = args.args.first_mut() else { return load.call(args, vm) };
        let read = PyRc::new(PyMutex::new(Vec::new()));
        *file = recording(file.clone(), read.clone(), vm)?;
        let value = load.call(args, vm)?;
        let read = std::mem::take(&mut *read.lock());
        admit_marshalled(&read, &value, &parse, vm)?;
        Ok(value)
    };
    marshal.set_attr("load", vm.new_function("load", watched), vm)
}

/// Asks about what `marshal` has read, if there is code in it.
fn admit_marshalled(bytes: &[u8], value: &PyObject, loads: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(watch) = watch::active(vm) else { return Ok(()) };
    let without_code = KwArgs::from_iter([("allow_code".to_owned(), vm.ctx.new_bool(false).into())]);
    if loads.call(FuncArgs::new(vec![vm.ctx.new_bytes(bytes.to_vec()).into()], without_code), vm).is_ok() {
        return Ok(());
    }
    let file = value.downcast_ref::<PyCode>().map_or("<marshal>", |code| code.code.source_path.as_str());
    let maker = if frames::runs_importlib(vm) { Maker::Import } else { Maker::Other };
    watch.code(file, bytes, maker, vm)
}

/// What `marshal` reads from in place of `file`, and what keeps what it reads.
fn recording(file: PyObjectRef, read: PyRc<PyMutex<Vec<u8>>>, vm: &VirtualMachine) -> PyResult {
    let attributes = vm.ctx.new_dict();
    let readinto = move |buffer: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let count = vm.call_method(&file, "readinto", (buffer.clone(),))?;
        let bytes = ArgBytesLike::try_from_borrowed_object(vm, &buffer)?;
        bytes.with_ref(|bytes| {
            let filled = count.try_to_value::<usize>(vm).unwrap_or(0).min(bytes.len());
            read.lock().extend(&bytes[..filled]);
        });
        Ok(count)
    };
    attributes.set_item("readinto", vm.new_function("readinto", readinto).into(), vm)?;
    Ok(vm.new_module("file", attributes, None).into())
}
