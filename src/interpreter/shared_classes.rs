//! Keeping the classes that all interpreters share as they are.
//!
//! The classes of native modules belong to the process. While one is changed, the VM takes what it has cached of it for absent:
//! code on another thread is told that a `'_thread.lock' object has no attribute 'acquire'`. Now each interpreter that makes a
//! native module sets the `__module__` of its classes anew, and each that registers `dict` as a mapping says so once more to
//! all who match patterns. Here neither changes what is so already.

use rustpython_vm::{
    AsObject, Context, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyGetSet, PyModuleDef, PyStr, PyType},
    common::static_cell,
    function::{Callee, FuncArgs, PyMethodDef, PySetterValue},
    identifier, stdlib,
    types::PyTypeFlags,
};

/// Makes the `__module__` of each native class a computed one, which the VM leaves alone. That of the class itself isn't
/// concerned: it is part of its name, but for a few classes (`typing.Generic`) which are left as they are.
pub(crate) fn settle(vm: &VirtualMachine) {
    settle_below(vm.ctx.types.object_type, vm);
}

/// A native class has one base, so each is come to once. What is native derives from native classes only.
fn settle_below(class: &Py<PyType>, vm: &VirtualMachine) {
    settle_class(class, vm);
    let subclasses: Vec<PyObjectRef> = class.subclasses.read().iter().filter_map(|class| class.upgrade()).collect();
    for subclass in subclasses.iter().filter_map(|class| class.downcast_ref::<PyType>()) {
        if subclass.heaptype_ext.is_none() {
            settle_below(subclass, vm);
        }
    }
}

fn settle_class(class: &Py<PyType>, vm: &VirtualMachine) {
    if class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE) {
        return;
    }
    let key = identifier!(vm, __module__);
    let Some(Ok(module)) = class.attributes.get(key).map(|module| module.downcast::<PyStr>()) else { return };
    let module = vm.ctx.intern_str(module.as_wtf8());
    // An instance with attributes of its own may have this one, too.
    let get = move |object: PyObjectRef, vm: &VirtualMachine| match object.dict() {
        Some(own) => Ok(own.get_item_opt(key, vm)?.unwrap_or_else(|| module.to_owned().into())),
        None => PyResult::Ok(module.to_owned().into()),
    };
    let set = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| match (object.dict(), value) {
        (Some(own), PySetterValue::Assign(value)) => own.set_item(key, value, vm),
        (Some(own), PySetterValue::Delete) => own.del_item(key, vm).map_err(|_| vm.new_attribute_error("__module__")),
        (None, _) => {
            let class = object.class().name().to_string();
            Err(vm.new_attribute_error(format!("'{class}' object attribute '__module__' is read-only")))
        }
    };
    let computed = PyGetSet::new("__module__", class, &vm.ctx).with_get(get).with_set(set);
    class.set_attr(key, computed.into_ref(&vm.ctx).into());
}

static_cell! {
    static ABC: Option<&'static PyModuleDef>;
}

/// The module `_abc` with a registration that changes no class which has the flags already.
pub(crate) fn abc_module_def(ctx: &Context) -> Option<&'static PyModuleDef> {
    *ABC.get_or_init(|| {
        let own = stdlib::builtin_module_defs(ctx).into_iter().find(|def| def.name.as_str() == "_abc")?;
        let methods: Vec<_> = own
            .methods
            .iter()
            .map(|method| if method.name == REGISTER { gentle(method) } else { method.clone() })
            .collect();
        let slots = Default::default();
        let mut def = PyModuleDef { name: own.name, doc: own.doc, methods: methods.leak(), slots };
        (def.slots.create, def.slots.exec) = (own.slots.create, own.slots.exec);
        Some(Box::leak(Box::new(def)))
    })
}

const REGISTER: &str = "_abc_register";

fn gentle(own: &'static PyMethodDef) -> PyMethodDef {
    let register = move |vm: &VirtualMachine, args: FuncArgs, callee: Callee| -> PyResult {
        let class =
            |at: usize| args.args.get(at).and_then(|class: &PyObjectRef| class.clone().downcast::<PyType>().ok());
        let (Some(abstraction), Some(class)) = (class(0), class(1)) else { return (own.func)(vm, args, callee) };
        let flags = abstraction.slots.flags.load() & PyTypeFlags::COLLECTION;
        let has_them = class.slots.flags.load() & PyTypeFlags::COLLECTION == flags;
        if flags.is_empty() || class.heaptype_ext.is_some() || !has_them {
            return (own.func)(vm, args, callee);
        }
        abstraction.slots.flags.remove_masked(PyTypeFlags::COLLECTION);
        let registered = (own.func)(vm, args, callee);
        abstraction.slots.flags.replace_masked(PyTypeFlags::COLLECTION, flags);
        registered
    };
    PyMethodDef { func: Box::leak(Box::new(register)), ..own.clone() }
}
