//! Part of a module, for importers that are to have no more of it.
//!
//! The module itself stays as it is. What is handed over shows the names that are let through, passes calls on, and hides
//! what leads from a module or a function to the rest of it.

use crate::{
    mapper::MapperRef,
    state::{State, sys_modules},
    view::View,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBoundMethod, PyDictRef, PyFunction, PyStr, PyTuple, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Callable, GetAttr, Representable, SetAttr},
};
use std::{collections::BTreeSet, fmt};

/// Which names of a module are let through, and the rule that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    names: Names,
    rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    Only(BTreeSet<String>),
    Except(BTreeSet<String>),
}

/// What leads from a module to its loader, its builtins and its real names.
const HIDDEN: [&str; 7] =
    ["__builtins__", "__cached__", "__dict__", "__loader__", "__path__", "__spec__", "__getattr__"];

/// What an object that stands for a module or a function tells of it.
const SHOWN: [&str; 9] = [
    "__all__",
    "__class__",
    "__doc__",
    "__module__",
    "__name__",
    "__package__",
    "__qualname__",
    "__text_signature__",
    "__version__",
];

impl Part {
    /// These names and no others; `rule` is what says so.
    pub fn of(names: impl IntoIterator<Item = impl Into<String>>, rule: impl Into<String>) -> Self {
        Self { names: Names::Only(names.into_iter().map(Into::into).collect()), rule: rule.into() }
    }

    /// All names but these, and no way to the module behind them; `rule` is what says so.
    pub fn except(names: impl IntoIterator<Item = impl Into<String>>, rule: impl Into<String>) -> Self {
        Self { names: Names::Except(names.into_iter().map(Into::into).collect()), rule: rule.into() }
    }

    /// Whether the name is let through.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        if HIDDEN.contains(&name) {
            return false;
        }
        SHOWN.contains(&name)
            || match &self.names {
                Names::Only(names) => names.contains(name),
                Names::Except(names) => !names.contains(name),
            }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        match &self.names {
            Names::Only(names) => f.write_str(&listed(names)),
            Names::Except(names) if names.is_empty() => f.write_str("all of it"),
            Names::Except(names) => write!(f, "all of it but {}", listed(names)),
        }
    }
}

/// `whole`, known as `name`, as far as `part` goes. What is no module is handed over as it is. The modules under one
/// mapper get the same object for the same part.
pub(crate) fn show(name: &str, whole: PyObjectRef, part: &Part, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    if !is_module(&whole, vm) {
        return Ok(whole);
    }
    let (views, key) = (mapper.views(vm), format!("{name} in part: {part} by {}", part.rule));
    if let Some(known) = views.get_item_opt(&*key, vm)?
        && known.downcast_ref::<ModulePart>().is_some_and(|known| known.target.is(&whole))
    {
        return Ok(known);
    }
    let shown: PyObjectRef = ModulePart::new(name, whole, part.clone(), vm).into_ref(&vm.ctx).into();
    views.set_item(&*key, shown.clone(), vm)?;
    Ok(shown)
}

fn is_module(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.fast_isinstance(vm.ctx.types.module_type) || object.downcast_ref::<View>().is_some()
}

/// What Python code reads of it.
const DOC: &str = "A name of a module, a function or a frame is withheld by a policy.";

/// The class of the error for a name that is withheld.
pub(crate) fn withheld_class(vm: &VirtualMachine) -> PyTypeRef {
    State::of(vm).withheld.get("Withheld", vm.ctx.exceptions.attribute_error, DOC, vm)
}

/// The error for a name that is withheld by a rule.
pub(crate) fn withheld(what: &str, rule: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_msg(withheld_class(vm), format!("{what} is withheld by {rule}").into())
}

/// A module in part.
#[pyclass(module = "exocet", name = "ModulePart", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct ModulePart {
    name: String,
    target: PyObjectRef,
    part: Part,
    /// What was handed out in the place of functions and modules, by name: whoever asks again gets the same.
    handed: PyDictRef,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for ModulePart {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
        self.handed.traverse(visit);
    }
}

impl ModulePart {
    fn new(name: &str, target: PyObjectRef, part: Part, vm: &VirtualMachine) -> Self {
        Self { name: name.to_owned(), target, part, handed: vm.ctx.new_dict() }
    }

    /// What stands for `value`, the attribute `name`, outside of the module.
    fn hand_out(&self, name: &Py<PyStr>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let known = self.handed.get_item_opt(name, vm)?;
        if let Some(known) = known
            && target_of(&known).is_some_and(|target| target.is(&value))
        {
            return Ok(known);
        }
        let handed: PyObjectRef = if is_module(&value, vm) {
            let full = format!("{}.{name}", self.name);
            // A module that is there by another name, as `sys` in `codecs`, has to be imported by its own.
            if matches!(self.part.names, Names::Except(_))
                && !sys_modules(vm)?.get_item_opt(&*full, vm)?.is_some_and(|own| own.is(&value))
            {
                let what = format!("'{full}', which is the module {},", value.get_attr("__name__", vm)?.repr(vm)?);
                return Err(withheld(&what, &self.part.rule, vm));
            }
            Self::new(&full, value, Part::except([""; 0], self.part.rule.clone()), vm).into_ref(&vm.ctx).into()
        } else if is_function(&value, vm) {
            FunctionPart { target: value, rule: self.part.rule.clone(), unwraps: false }.into_ref(&vm.ctx).into()
        } else {
            return Ok(value);
        };
        self.handed.set_item(name, handed.clone(), vm)?;
        Ok(handed)
    }

    /// The names that are let through and that the module has.
    fn names(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let all = vm.dir(Some(self.target.clone()))?.borrow_vec().to_vec();
        Ok(all.into_iter().filter(|name| self.lets(name)).collect())
    }

    fn lets(&self, name: &PyObject) -> bool {
        name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).is_some_and(|name| self.part.has(name))
    }
}

/// The attribute of what is shown in part. An error that names the object itself would hand it over.
fn read(target: &PyObject, name: &Py<PyStr>, shown: &str, vm: &VirtualMachine) -> PyResult {
    match vm.get_attribute_opt(target, name) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(vm.new_attribute_error(format!("'{shown}' has no attribute '{name}'"))),
        Err(error) => Err(error),
    }
}

fn target_of(handed: &PyObject) -> Option<&PyObjectRef> {
    match handed.downcast_ref::<FunctionPart>() {
        Some(function) => Some(&function.target),
        None => Some(&handed.downcast_ref::<ModulePart>()?.target),
    }
}

fn is_function(value: &PyObject, vm: &VirtualMachine) -> bool {
    value.downcast_ref::<PyFunction>().is_some()
        || value.class().is(vm.ctx.types.builtin_function_or_method_type)
        || value.downcast_ref::<PyBoundMethod>().is_some()
}

impl GetAttr for ModulePart {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"__class__" => return Ok(vm.ctx.types.module_type.to_owned().into()),
            // The very object is what the module knows itself by.
            b"__name__" => return Ok(vm.ctx.new_str(zelf.name.as_str()).into()),
            b"__dict__" => {
                let dict = vm.ctx.new_dict();
                for name in zelf.names(vm)? {
                    if let Some(name) = name.downcast_ref::<PyStr>()
                        && let Some(value) = vm.get_attribute_opt(zelf.as_object(), name)?
                    {
                        dict.set_item(name, value, vm)?;
                    }
                }
                return Ok(dict.into());
            }
            b"__all__" => {
                let all = read(&zelf.target, name, &zelf.name, vm)?;
                let all: Vec<PyObjectRef> = all.try_to_value(vm)?;
                return Ok(vm.ctx.new_list(all.into_iter().filter(|name| zelf.lets(name)).collect()).into());
            }
            _ => {}
        }
        if !name.to_str().is_some_and(|name| zelf.part.has(name)) {
            let what = format!("'{}.{name}'", zelf.name);
            // A name that isn't there either way is told as any other.
            return Err(match vm.get_attribute_opt(&zelf.target, name)? {
                Some(_) => withheld(&what, &zelf.part.rule, vm),
                None => vm.new_attribute_error(format!("module '{}' has no attribute '{name}'", zelf.name)),
            });
        }
        let value = read(&zelf.target, name, &zelf.name, vm)?;
        zelf.hand_out(name, value, vm)
    }
}

impl SetAttr for ModulePart {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(withheld(&format!("setting '{}.{name}'", zelf.name), &zelf.part.rule, vm))
    }
}

impl Representable for ModulePart {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<module '{}' in part>", zelf.name))
    }
}

#[pyclass(with(GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl ModulePart {
    #[pymethod]
    fn __dir__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        zelf.names(vm)
    }
}

/// A function of a module in part: it can be called, and tells what it is called.
#[pyclass(module = "exocet", name = "FunctionPart", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct FunctionPart {
    target: PyObjectRef,
    rule: String,
    /// Whether it is told of other functions in part, and has to know them as they are.
    unwraps: bool,
}

// SAFETY: the one owned reference is visited once.
unsafe impl Traverse for FunctionPart {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.target.traverse(visit);
    }
}

impl Callable for FunctionPart {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if zelf.unwraps {
            for argument in &mut args.args {
                if let Some(items) = argument.downcast_ref::<PyTuple>() {
                    let whole = |item: &PyObjectRef| {
                        item.downcast_ref::<Self>().map_or_else(|| item.clone(), |part| part.target.clone())
                    };
                    let items = items.iter().map(whole).collect();
                    *argument = vm.ctx.new_tuple(items).into();
                }
            }
        }
        zelf.target.call(args, vm)
    }
}

impl GetAttr for FunctionPart {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.to_str() {
            Some("__class__" | "__call__" | "__copy__" | "__deepcopy__") => zelf.as_object().generic_getattr(name, vm),
            Some(shown) if SHOWN.contains(&shown) => read(&zelf.target, name, "function", vm),
            // What is a class to who derives from it, as `typing.NamedTuple`.
            Some("__mro_entries__") => zelf.hand_out(read(&zelf.target, name, "function", vm)?, true, vm),
            Some(hidden) if hidden.starts_with("__") => {
                Err(withheld(&format!("'{name}' of a function"), &zelf.rule, vm))
            }
            _ => zelf.hand_out(read(&zelf.target, name, "function", vm)?, false, vm),
        }
    }
}

impl SetAttr for FunctionPart {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, _: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(withheld(&format!("setting '{name}' of a function"), &zelf.rule, vm))
    }
}

impl Representable for FunctionPart {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<function {} in part>", zelf.target.get_attr("__name__", vm)?.str(vm)?))
    }
}

impl FunctionPart {
    /// What stands for `value`, an attribute of the function's.
    fn hand_out(&self, value: PyObjectRef, unwraps: bool, vm: &VirtualMachine) -> PyResult {
        Ok(match is_function(&value, vm) {
            true => FunctionPart { target: value, rule: self.rule.clone(), unwraps }.into_ref(&vm.ctx).into(),
            false if is_module(&value, vm) => return Err(withheld("a module of a function", &self.rule, vm)),
            false => value,
        })
    }
}

#[pyclass(with(Callable, GetAttr, SetAttr, Representable), flags(HAS_WEAKREF, DISALLOW_INSTANTIATION))]
impl FunctionPart {
    #[pymethod]
    fn __copy__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyRef<Self>, _memo: PyObjectRef) -> PyRef<Self> {
        zelf
    }
}
