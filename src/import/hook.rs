//! The `__import__` of a loaded module: makes each name absolute, asks the mapper, and returns what it answers.

use super::{
    asker::{self, Asker},
    forms::ImportForms,
    missing::new_nameless_error,
    shared_import,
};
use crate::{
    interpreter::frames::{Caller, Serving},
    mapper::{
        contract::Answer,
        import_function::{ImportFunction, owner_of},
        reference::MapperRef,
        request::Request,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyStr},
    class::{PyClassImpl, StaticType},
    frame::current_globals,
    function::FuncArgs,
    pyclass,
    types::{Callable, Representable},
};
use std::borrow::Cow;

/// Whether `mapper` has something for `name` if the module `owner` asks.
fn gives(mapper: &MapperRef, name: &str, owner: &str, vm: &VirtualMachine) -> PyResult<bool> {
    let answer = mapper.map(&Request::probe(name).from_module(owner), vm)?;
    Ok(!matches!(answer, Answer::NotMine | Answer::Denied { .. }))
}

/// The arguments of `__import__(name, globals=None, locals=None, fromlist=(), level=0)`.
struct Call {
    name: PyObjectRef,
    globals: Option<PyDictRef>,
    from: Option<PyObjectRef>,
    level: usize,
}

impl Call {
    fn bind(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let mut take = |at: usize, name: &str| {
            args.args.get(at).cloned().or_else(|| args.kwargs.swap_remove(name)).filter(|value| !vm.is_none(value))
        };
        let name = take(0, "name")
            .ok_or_else(|| vm.new_type_error("__import__() missing required argument 'name' (pos 1)"))?;
        let (globals, _locals, from) = (take(1, "globals"), take(2, "locals"), take(3, "fromlist"));
        let level = match take(4, "level") {
            Some(level) => level.try_into_value::<isize>(vm)?,
            None => 0,
        };
        if let Some(unknown) = args.kwargs.keys().next() {
            return Err(vm.new_type_error(format!("__import__() got an unexpected keyword argument '{unknown}'")));
        }
        let level = usize::try_from(level).map_err(|_| vm.new_value_error("level must be >= 0"))?;
        let globals = globals.and_then(|globals| globals.downcast::<PyDict>().ok());
        let from = match from {
            Some(from) if from.clone().try_to_bool(vm)? => Some(from),
            _ => None,
        };
        Ok(Self { name, globals, from, level })
    }
}

impl Callable for ImportFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match Caller::of(&args, vm) {
            Caller::Statement(serving) => match asker::of_lent(vm) {
                Some(asker) => asker.import.import(args, Some(serving), vm),
                None => zelf.import(args, Some(serving), vm),
            },
            Caller::Code => Self::called(zelf, args, vm),
            Caller::Vm => shared_import::import_of_vm(args, vm),
        }
    }
}

impl ImportFunction {
    /// What a module's own code imports.
    pub(super) fn import(&self, args: FuncArgs, statement: Option<Serving>, vm: &VirtualMachine) -> PyResult {
        self.serve(Call::bind(args, vm)?, statement, None, vm)
    }

    /// What is imported by a call on the behalf of `asker`, whose this is.
    pub(super) fn import_for(&self, asker: &Asker, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let mut call = Call::bind(args, vm)?;
        let is_running = current_globals().is_some_and(|globals| globals.is(&asker.globals));
        if !is_running {
            call.globals = Some(asker.globals.clone());
        }
        self.serve(call, None, Some(&asker.globals), vm)
    }

    /// The module of that name, on the behalf of `asker`, whose this is.
    pub(crate) fn module(&self, asker: &Asker, name: String, vm: &VirtualMachine) -> PyResult {
        // An item in the list makes it the module itself, and not the package on top of it.
        let from = vm.ctx.new_tuple(vec![vm.ctx.new_str("__name__").into()]).into();
        let name = vm.ctx.new_str(name).into();
        let call = Call { name, globals: Some(asker.globals.clone()), from: Some(from), level: 0 };
        self.serve(call, None, Some(&asker.globals), vm)
    }

    fn serve(
        &self,
        call: Call,
        statement: Option<Serving>,
        globals: Option<&Py<PyDict>>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let Some(written) = call.name.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error(format!("module name must be a string, not '{}'", call.name.class().name())));
        };
        let written = written.to_str().map_or_else(|| Cow::from(written.to_string()), Cow::from);
        let name = absolute(&written, call.globals.as_deref(), call.level, vm)?;
        let mapper = self.mapper_of(|| globals.map(ToOwned::to_owned).or_else(current_globals), vm)?;
        let owner = self.asking(&mapper, &name, statement.is_some(), vm)?;
        let forms = ImportForms { mapper, owner: owner.clone() };
        // A call may leave out whose import it is; then it is that of the code that runs.
        let importer = call.globals.or_else(current_globals);
        let mut request = Request::statement(&name, &written, call.level, call.from.as_ref(), importer.as_deref());
        if let Some(owner) = &owner {
            request = request.from_module(owner);
        }
        let imported = match &call.from {
            Some(from) => forms.import_from(&request, from, statement.is_some(), vm),
            None if statement.as_ref().is_some_and(|serving| serving.binds_leaf) => forms.import_as(&request, vm),
            None => forms.import_plain(&request, vm),
        }?;
        if let Some(importer) = &importer {
            forms.bind_own(&request, importer, vm)?;
        }
        Ok(imported)
    }
}

impl ImportFunction {
    /// The module that asks for `name`, where the mapper depends on it.
    fn asking(&self, mapper: &MapperRef, name: &str, statement: bool, vm: &VirtualMachine) -> PyResult<Option<String>> {
        // A statement has this import from its own builtins; a call may have it from another module.
        if statement && self.owner.is_some() {
            return Ok(self.owner.clone());
        }
        // Whoever lends its own to another module, or borrows one, gets what both may have.
        let asks = owner_of(vm);
        Ok(match &self.owner {
            Some(own) if asks.as_ref() != Some(own) && !gives(mapper, name, own, vm)? => Some(own.clone()),
            _ => asks,
        })
    }
}

/// An `__import__`, which tells call instructions from the VM's own calls and from import statements: these both use the slot for
/// calls from native code.
pub(crate) trait Import: PyClassImpl + StaticType + Callable<Args = FuncArgs> {
    /// What a call instruction calls.
    fn called(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult;

    /// Makes the class, with a slot of its own for call instructions.
    fn make_import_type() {
        Self::make_static_type().slots().vectorcall.store(Some(called_by_code::<Self>));
    }
}

fn called_by_code<T: Import>(
    importer: &PyObject,
    args: Vec<PyObjectRef>,
    positional: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let args = FuncArgs::from_vectorcall_owned(args, positional, names);
    match importer.downcast_ref::<T>() {
        Some(importer) => T::called(importer, args, vm),
        None => importer.call(args, vm),
    }
}

impl Import for ImportFunction {
    fn called(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.import(args, None, vm)
    }
}

#[pyclass(with(Callable, Representable), flags(DISALLOW_INSTANTIATION))]
impl ImportFunction {}

impl Representable for ImportFunction {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        match zelf.mapper_of(|| None, vm) {
            Ok(mapper) => Ok(format!("<__import__ of {}>", mapper.as_object().repr(vm)?)),
            Err(_) => Ok("<__import__ of a mapper that is gone>".to_owned()),
        }
    }
}

/// Makes the name of an import statement absolute, by CPython's rules: from `__package__`, else `__spec__.parent`, else
/// `__name__` and `__path__`.
fn absolute<'a>(
    written: &'a str,
    globals: Option<&Py<PyDict>>,
    level: usize,
    vm: &VirtualMachine,
) -> PyResult<Cow<'a, str>> {
    if level == 0 {
        if written.is_empty() {
            return Err(vm.new_value_error("Empty module name"));
        }
        return Ok(Cow::from(written));
    }
    let error = |message: &str| Err(new_nameless_error(message, vm));
    let package = match globals {
        Some(globals) => package_of(globals, vm)?,
        None => String::new(),
    };
    if package.is_empty() {
        return error("attempted relative import with no known parent package");
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match Dotted(base).parent() {
            Some(parent) => base = parent,
            None => return error("attempted relative import beyond top-level package"),
        }
    }
    Ok(Cow::from(if written.is_empty() { base.to_owned() } else { format!("{base}.{written}") }))
}

fn package_of(globals: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<String> {
    let given = |name: &str| PyResult::Ok(globals.get_item_opt(name, vm)?.filter(|value| !vm.is_none(value)));
    let text = |value: PyObjectRef, what: &str| match value.downcast_ref::<PyStr>() {
        Some(text) => Ok(text.to_string()),
        None => Err(vm.new_type_error(format!("{what} must be a string"))),
    };
    if let Some(package) = given("__package__")? {
        return text(package, "package");
    }
    if let Some(spec) = given("__spec__")?
        && let Some(parent) = vm.get_attribute_opt(&spec, "parent")?
    {
        return text(parent, "__spec__.parent");
    }
    let Some(name) = given("__name__")? else { return Ok(String::new()) };
    let name = text(name, "__name__")?;
    if globals.contains_key("__path__", vm) {
        return Ok(name);
    }
    Ok(Dotted(&name).parent().unwrap_or_default().to_owned())
}
