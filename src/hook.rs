//! The `__import__` of a loaded module: makes each name absolute, asks the mapper, and hands over what it answers.

use crate::{
    internal::{Caller, Serving},
    loader::load,
    mapper::{Answer, Asker, Below, Item, MapperRef, Request, WeakMapper, lookup::is_absence},
    state::State,
    view::{From, View},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyModule, PyStr, PyTuple},
    class::PyClassImpl,
    frame::current_globals,
    function::{FuncArgs, KwArgs},
    pyclass,
    types::{Callable, Representable},
};

/// How often a name may be renamed before it counts as going in circles.
pub(crate) const RENAMES: usize = 32;

/// The `__import__` that all modules loaded under one mapper share.
#[pyclass(module = "exocet", name = "__import__")]
#[derive(Debug, PyPayload)]
pub(crate) struct Importer(WeakMapper);

/// What modules loaded under one mapper import.
pub(crate) struct Imports {
    pub(crate) mapper: MapperRef,
}

/// Why a name isn't there.
pub(crate) enum Miss {
    /// No mapper of the chain has it.
    NotMine,
    /// A mapper denies it, for the reason given.
    Denied(String),
    /// The interpreter's own import doesn't find it.
    Missing(PyBaseExceptionRef),
}

/// Carries the answer of `mapper` out; an absent or denied name is an exception that says who asked for it.
pub(crate) fn require(mapper: &MapperRef, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
    settle(mapper, request, vm)?.map_err(|miss| not_found(mapper, request, miss, vm))
}

/// Carries an answer out that `mapper` gave; as `require` otherwise.
pub(crate) fn require_answer(
    mapper: &MapperRef,
    request: &Request<'_>,
    answer: Answer,
    vm: &VirtualMachine,
) -> PyResult {
    carry_out(mapper, request, answer, vm)?.map_err(|miss| not_found(mapper, request, miss, vm))
}

/// Carries the answer of `mapper` out.
pub(crate) fn settle(
    mapper: &MapperRef,
    request: &Request<'_>,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, Miss>> {
    let answer = mapper.map(request, vm)?;
    carry_out(mapper, request, answer, vm)
}

/// Carries out an answer to a request that was put to `mapper`.
fn carry_out(
    mapper: &MapperRef,
    request: &Request<'_>,
    mut answer: Answer,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, Miss>> {
    let mut renamed;
    let mut name = request.name();
    for _ in 0..RENAMES {
        answer = match answer {
            Answer::Object(object) => return Ok(Ok(object)),
            Answer::Load(handle, under) => {
                return load(&handle, under.as_ref().unwrap_or(mapper), vm).map(|module| Ok(module.into()));
            }
            Answer::PassThrough => return import_shared(name, vm),
            Answer::NotMine => return Ok(Err(Miss::NotMine)),
            Answer::Denied(why) => return Ok(Err(Miss::Denied(why))),
            Answer::Rename(other) => {
                renamed = other;
                name = &renamed;
                mapper.map(&request.renamed(name), vm)?
            }
        };
    }
    Err(vm
        .new_import_error(format!("the renames of '{}' go in circles", request.name()), vm.ctx.new_str(request.name())))
}

/// What `import` gives outside of any mapper.
fn import_shared(name: &str, vm: &VirtualMachine) -> PyResult<Result<PyObjectRef, Miss>> {
    let error = match State::of(vm).import_shared(name, vm) {
        Ok(module) => return Ok(Ok(module)),
        Err(error) => error,
    };
    rustpython_vm::import::remove_importlib_frames(vm, &error);
    // With a traceback left it was raised by a module's code, and that module does exist.
    if is_absence(error.as_object(), name, vm) && error.traceback().is_none() {
        return Ok(Err(Miss::Missing(error)));
    }
    Err(error)
}

/// The builtins for the modules under `mapper`: the interpreter's, with an `__import__` that asks `mapper` and an
/// `exec` and `eval` that hand these builtins on.
pub(crate) fn private_builtins(mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let builtins = vm.builtins.dict().copy().into_ref(&vm.ctx);
    let importer = Importer(mapper.downgrade(vm)?).into_ref(&vm.ctx);
    builtins.set_item("__import__", importer.into(), vm)?;
    crate::exec::install(&builtins, vm)?;
    Ok(builtins)
}

/// Whether `object` is an `__import__` that no Python code made: the interpreter's, or that of some mapper.
pub(crate) fn is_import(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref::<Importer>().is_some() || State::of(vm).is_original_import(object)
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

impl Callable for Importer {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match Caller::of(&args, vm) {
            Caller::Statement(serving) => zelf.import(args, Some(serving), vm),
            Caller::Code => zelf.import(args, None, vm),
            Caller::Vm => State::of(vm).original_import(args, vm),
        }
    }
}

impl Importer {
    /// Makes call instructions tell themselves from the VM's own calls and from import statements, which both use the
    /// slot for calls from native code.
    pub(crate) fn make_type() {
        Self::make_static_type().slots().vectorcall.store(Some(called_by_code));
    }

    fn import(&self, args: FuncArgs, statement: Option<Serving>, vm: &VirtualMachine) -> PyResult {
        let call = Call::bind(args, vm)?;
        let Some(written) = call.name.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error(format!("module name must be a string, not '{}'", call.name.class().name())));
        };
        let written = written.to_string();
        let name = absolute(&written, call.globals.as_deref(), call.level, vm)?;
        let imports = Imports { mapper: self.0.upgrade(vm)? };
        // A call may leave out whose import it is; then it is that of the code that runs.
        let importer = call.globals.or_else(current_globals);
        let request = Request::statement(&name, &written, call.level, call.from.as_ref(), importer.as_deref());
        match &call.from {
            Some(from) => imports.import_from(&request, from, statement.is_some(), vm),
            None if statement.as_ref().is_some_and(|serving| serving.binds_leaf) => imports.import_as(&request, vm),
            None => imports.import_plain(&request, vm),
        }
    }
}

/// What a call instruction calls.
fn called_by_code(
    importer: &PyObject,
    args: Vec<PyObjectRef>,
    positional: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let args = FuncArgs::from_vectorcall_owned(args, positional, names);
    match importer.downcast_ref::<Importer>() {
        Some(importer) => importer.import(args, None, vm),
        None => importer.call(args, vm),
    }
}

#[pyclass(with(Callable, Representable), flags(DISALLOW_INSTANTIATION))]
impl Importer {}

impl Representable for Importer {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        match zelf.0.upgrade(vm) {
            Ok(mapper) => Ok(format!("<__import__ of {}>", mapper.as_object().repr(vm)?)),
            Err(_) => Ok("<__import__ of a mapper that is gone>".to_owned()),
        }
    }
}

impl Imports {
    /// `import a.b.c`, which binds `a`.
    fn import_plain(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let name = request.name();
        let mut child = require(&self.mapper, request, vm)?;
        // For `import_("b.c", level=1)` in package `a` the first name is `a.b`.
        let written = request.written();
        let first = name.len() - written.len() + written.find('.').unwrap_or(written.len());
        let mut end = name.len();
        child = self.present(name, child, vm)?;
        while end > first {
            let dot = name[..end].rfind('.').unwrap_or(0);
            let (parent, part) = (&name[..dot], &name[dot + 1..end]);
            child = match settle(&self.mapper, &request.renamed(parent), vm)? {
                Ok(object) => self.linked(parent, object, part, child, vm)?,
                // Only what is below it can be had: the importer gets a bare parent to find it under.
                Err(_) => {
                    let view = self.view(parent, None, vm)?;
                    view.link(part, child, vm)?;
                    view.into()
                }
            };
            end = dot;
        }
        Ok(child)
    }

    /// `import a.b.c as d`, for which the VM takes `b` from what it gets here, and `c` from that.
    fn import_as(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let leaf = require(&self.mapper, request, vm)?;
        let mut child = self.present(request.name(), leaf, vm)?;
        let written = request.written();
        for part in written.split('.').rev().take(written.matches('.').count()) {
            let found = vm.ctx.new_dict();
            found.set_item(part, child, vm)?;
            child = From::new(None, request.name(), found).into_ref(&vm.ctx).into();
        }
        Ok(child)
    }

    /// `from a.b import x, y` and `from a.b import *`.
    fn import_from(&self, request: &Request<'_>, from: &PyObjectRef, statement: bool, vm: &VirtualMachine) -> PyResult {
        let items = match from.downcast_ref::<PyTuple>() {
            Some(tuple) => tuple.as_slice().to_vec(),
            None => from.try_to_value::<Vec<PyObjectRef>>(vm)?,
        };
        let module = match settle(&self.mapper, request, vm)? {
            Ok(module) => module,
            Err(miss) => match self.items_of_absent(request, &items, vm)? {
                Some(found) => found,
                None => return Err(not_found(&self.mapper, request, miss, vm)),
            },
        };
        let found = vm.ctx.new_dict();
        let mut star = false;
        let mut complete = true;
        for item in &items {
            let Some(name) = item.downcast_ref::<PyStr>() else {
                let kind = item.class().name().to_owned();
                return Err(vm.new_type_error(format!("Item in ``from list'' must be str, not {kind}")));
            };
            if name.as_bytes() == b"*" {
                star = true;
            } else {
                complete &= self.find_item(request, &module, name, &found, vm)?;
            }
        }
        if star {
            return self.star(request, module, vm);
        }
        if statement && !(complete && found.is_empty()) {
            return Ok(From::new(Some(module), request.name(), found).into_ref(&vm.ctx).into());
        }
        self.present(request.name(), module, vm)
    }

    /// A bare parent, where only what is below it can be had, if that is all of `items`.
    fn items_of_absent(
        &self,
        request: &Request<'_>,
        items: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        if self.mapper.below(request.name(), vm) != Below::Replaced {
            return Ok(None);
        }
        let view = self.view(request.name(), None, vm)?;
        for item in items {
            let Some(part) = item.downcast_ref::<PyStr>() else { return Ok(None) };
            let name = format!("{}.{part}", request.name());
            match settle(&self.mapper, &request.for_item(&name, Item::Absent), vm)? {
                Ok(object) => view.link(part.as_ref(), object, vm)?,
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(view.into()))
    }

    /// Puts what the mapper answers for one item of `from ... import` into `found`. Tells whether the module itself is
    /// known to have the item, unless `found` does.
    fn find_item(
        &self,
        request: &Request<'_>,
        module: &PyObject,
        item: &Py<PyStr>,
        found: &Py<PyDict>,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let plain = module.downcast_ref_if_exact::<PyModule>(vm).map(Py::<PyModule>::dict);
        let (own, is_package) = match &plain {
            Some(dict) => (dict.get_item_opt(item, vm)?, dict.contains_key("__path__", vm)),
            None => (vm.get_attribute_opt(module, item)?, vm.get_attribute_opt(module, "__path__")?.is_some()),
        };
        let own = match own {
            // As CPython does, a package is asked for the attribute before its folder is searched.
            None if is_package && plain.is_some() => vm.get_attribute_opt(module, item)?,
            own => own,
        };
        let kind = match &own {
            None => Item::Absent,
            Some(value) if value.downcast_ref::<PyModule>().is_some() => Item::Module,
            Some(_) => Item::Value,
        };
        let below = self.mapper.below(request.name(), vm);
        if below == Below::Nothing
            && let Some(own) = &own
        {
            if plain.is_none() {
                found.set_item(item, own.clone(), vm)?;
            }
            return Ok(true);
        }
        let name = format!("{}.{item}", request.name());
        let asked = request.for_item(&name, kind);
        match self.mapper.map(&asked, vm)? {
            Answer::Object(object) => found.set_item(item, self.present(&name, object, vm)?, vm)?,
            Answer::PassThrough if own.is_none() && is_package => {
                if let Ok(submodule) = import_shared(&name, vm)?
                    && vm.get_attribute_opt(module, item)?.is_none()
                {
                    found.set_item(item, submodule, vm)?;
                }
            }
            Answer::PassThrough | Answer::NotMine => {
                if let Some(own) = own {
                    let shown = self.present(&name, own.clone(), vm)?;
                    if plain.is_none() || !shown.is(&own) {
                        found.set_item(item, shown, vm)?;
                    }
                }
            }
            Answer::Denied(why) => return Err(not_found(&self.mapper, &asked, Miss::Denied(why), vm)),
            Answer::Load(..) | Answer::Rename(_) => {
                if let Ok(object) = settle(&self.mapper, &asked, vm)? {
                    found.set_item(item, object, vm)?;
                }
            }
        }
        match plain {
            Some(dict) => Ok(dict.contains_key(item, vm)),
            None => Ok(false),
        }
    }

    /// What `from module import *` takes its names from: the module itself, or where the module doesn't hold them all
    /// by itself, a stand-in that has exactly the exported names.
    fn star(&self, request: &Request<'_>, module: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let below = self.mapper.below(request.name(), vm);
        let plain = module.downcast_ref_if_exact::<PyModule>(vm).map(Py::<PyModule>::dict);
        let all = match vm.get_attribute_opt(&module, "__all__")? {
            Some(all) => Some(all.try_to_value::<Vec<PyObjectRef>>(vm)?),
            None => None,
        };
        if let (Some(_), None, Below::Nothing | Below::Denied) = (&plain, &all, below) {
            return Ok(module);
        }
        let names = match all.clone() {
            Some(names) => names,
            None => {
                let dict = match &plain {
                    Some(dict) => dict.clone().into(),
                    None => match vm.get_attribute_opt(&module, "__dict__")? {
                        Some(dict) => dict,
                        None => {
                            return Err(vm.new_import_error(
                                "from-import-* object has no __dict__ and no __all__",
                                vm.ctx.new_str(request.name()),
                            ));
                        }
                    },
                };
                let keys: Vec<PyObjectRef> = dict.try_to_value(vm)?;
                let public =
                    |key: &PyObjectRef| key.downcast_ref::<PyStr>().is_none_or(|key| !key.as_bytes().starts_with(b"_"));
                keys.into_iter().filter(public).collect()
            }
        };
        let exported = vm.ctx.new_dict();
        for name in &names {
            let Some(item) = name.downcast_ref::<PyStr>() else { continue };
            self.find_item(request, &module, item, &exported, vm)?;
            if !exported.contains_key(item, vm)
                && let Some(value) = vm.get_attribute_opt(&module, item)?
            {
                exported.set_item(item, value, vm)?;
            }
        }
        exported.set_item("__all__", vm.ctx.new_list(names).into(), vm)?;
        let stand_in = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(exported));
        stand_in.as_object().set_attr("__name__", vm.ctx.new_str(request.name()), vm)?;
        Ok(stand_in.into())
    }

    /// The object as its importer sees it: itself, or a view of it where something below its name is replaced.
    pub(crate) fn present(&self, name: &str, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if self.mapper.below(name, vm) == Below::Replaced {
            return Ok(self.view(name, Some(object), vm)?.into());
        }
        match self.mapper.views(vm).get_item_opt(name, vm)? {
            Some(view) if view.downcast_ref::<View>().is_some_and(|view| view.shows(&object)) => Ok(view),
            _ => Ok(object),
        }
    }

    /// `parent` as its importer sees it, with `child` as its attribute `part`.
    fn linked(&self, name: &str, parent: PyObjectRef, part: &str, child: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let below = self.mapper.below(name, vm);
        let part_str = vm.ctx.new_str(part);
        let has_child = || {
            let own = vm.get_attribute_opt(&parent, &*part_str)?;
            PyResult::Ok(own.is_some_and(|own| own.is(&child)))
        };
        let needs_link = match below {
            Below::Replaced => !has_child()?,
            // The shared module of that name replaces nothing; it may just not be an attribute yet.
            Below::Unknown => !has_child()? && !State::of(vm).is_shared(&format!("{name}.{part}"), &child, vm),
            Below::Nothing | Below::Denied => false,
        };
        if below == Below::Replaced || needs_link {
            let view = self.view(name, Some(parent), vm)?;
            if below == Below::Unknown {
                view.link(part, child, vm)?;
            }
            return Ok(view.into());
        }
        self.present(name, parent, vm)
    }

    /// The view of `target` that all importers of `name` share.
    fn view(&self, name: &str, target: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyRef<View>> {
        if let Some(view) = self.mapper.views(vm).get_item_opt(name, vm)?
            && let Ok(view) = view.downcast::<View>()
            && target.as_ref().is_none_or(|target| view.shows(target))
        {
            return Ok(view);
        }
        let view = View::of_parent(name, target, self.mapper.downgrade(vm)?, vm).into_ref(&vm.ctx);
        self.mapper.views(vm).set_item(name, view.clone().into(), vm)?;
        Ok(view)
    }
}

/// The exception for a name that isn't there: which name, why, and the chain of modules that asked for it.
pub(crate) fn not_found(
    mapper: &MapperRef,
    request: &Request<'_>,
    miss: Miss,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let mut name = request.name().to_owned();
    let mut message = match miss {
        Miss::Denied(why) => format!("No module named '{name}': denied by {why}"),
        Miss::Missing(error) => {
            let missing = error.as_object().get_attr("name", vm).ok();
            if let Some(missing) = missing.as_ref().and_then(|missing| missing.downcast_ref::<PyStr>()) {
                name = missing.to_string();
            }
            error.as_object().str(vm).map_or_else(|_| format!("No module named '{name}'"), |text| text.to_string())
        }
        Miss::NotMine => {
            let parent = name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
            let parent = parent.and_then(|parent| {
                // Not to import anything for the sake of a message, only objects at hand are looked at.
                match mapper.map(&Request::probe(&parent), vm) {
                    Ok(Answer::Object(object)) => Some((parent, object)),
                    _ => None,
                }
            });
            match parent {
                Some((parent, object))
                    if vm.get_attribute_opt(&object, "__path__").is_ok_and(|path| path.is_none()) =>
                {
                    format!("No module named '{name}'; '{parent}' is not a package")
                }
                _ => format!("No module named '{name}'"),
            }
        }
    };
    let askers = Asker::chain(vm);
    if !askers.is_empty() {
        let named = askers.iter().map(|asker| format!("{}, {}:{}", asker.module, asker.file, asker.line));
        message.push_str(&format!(" (asked by {})", named.collect::<Vec<_>>().join("; asked by ")));
    }
    let error = new_module_not_found(&name, message, vm);
    crate::exception::set_importers(&error, &askers, vm);
    error
}

fn new_module_not_found(name: &str, message: String, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let kind = vm.ctx.exceptions.module_not_found_error.to_owned();
    let name: PyObjectRef = vm.ctx.new_str(name).into();
    let args = FuncArgs::new(vec![vm.ctx.new_str(message).into()], KwArgs::from_iter([("name".to_owned(), name)]));
    match kind.as_object().call(args, vm).map(|error| error.downcast()) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_runtime_error("ModuleNotFoundError is no exception"),
        Err(error) => error,
    }
}

/// Makes the name of an import statement absolute, by CPython's rules: from `__package__`, else `__spec__.parent`, else
/// `__name__` and `__path__`.
fn absolute(written: &str, globals: Option<&Py<PyDict>>, level: usize, vm: &VirtualMachine) -> PyResult<String> {
    if level == 0 {
        if written.is_empty() {
            return Err(vm.new_value_error("Empty module name"));
        }
        return Ok(written.to_owned());
    }
    let error = |message: &str| Err(vm.new_import_error(message, vm.ctx.new_str(written)));
    let package = match globals {
        Some(globals) => package_of(globals, vm)?,
        None => String::new(),
    };
    if package.is_empty() {
        return error("attempted relative import with no known parent package");
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((parent, _)) => base = parent,
            None => return error("attempted relative import beyond top-level package"),
        }
    }
    Ok(if written.is_empty() { base.to_owned() } else { format!("{base}.{written}") })
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
    Ok(name.rsplit_once('.').map_or_else(String::new, |(package, _)| package.to_owned()))
}
