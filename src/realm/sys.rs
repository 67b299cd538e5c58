//! What `sys` shows of the import system: to each module the tables that its own imports go by.
//!
//! The `sys` of an interpreter is one module for all. Who reads `modules`, `path`, `meta_path`, `path_hooks` and
//! `path_importer_cache` in it gets the tables of the realm whose code reads, or of the realm on whose behalf the library's code
//! reads; anybody else gets the interpreter's. They are not in `vars(sys)`.

use super::{import_tables::RealmFinder, module_view::ModuleView, modules::RealmModules};
use crate::{
    import::asker::{self, Asker},
    interpreter::{
        frames,
        library_code::{LIBRARY, Standing},
    },
    mapper::reference::MapperRef,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyModule, PyStr, PyType, PyTypeRef},
    class::PyClassImpl,
    function::{FuncArgs, PySetterValue},
    pyclass,
};

/// What a module finds in `sys` of its import system.
const TABLES: [&[u8]; 5] = [b"modules", b"path", b"meta_path", b"path_hooks", b"path_importer_cache"];

/// The class of `sys`.
#[pyclass(module = "builtins", name = "module", base = PyModule, metaclass = "SysType")]
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Sys(PyModule);

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF))]
impl Sys {}

/// The class of the class of `sys`. `type(sys)` is how much code spells the class of modules: what it makes are plain modules, and
/// every module is an instance of it.
#[pyclass(module = "builtins", name = "type", base = PyType)]
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct SysType(PyType);

#[pyclass(flags(BASETYPE))]
impl SysType {
    #[pymethod]
    fn __instancecheck__(zelf: PyObjectRef, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Self::check("__instancecheck__", zelf, object, vm)
    }

    #[pymethod]
    fn __subclasscheck__(zelf: PyObjectRef, class: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Self::check("__subclasscheck__", zelf, class, vm)
    }
}

impl SysType {
    /// What `type` answers, for the class that is meant.
    fn check(name: &'static str, class: PyObjectRef, asked: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let is_of_sys = class.is(Sys::class(&vm.ctx));
        let class = if is_of_sys { vm.ctx.types.module_type.to_owned().into() } else { class };
        vm.ctx.types.type_type.as_object().get_attr(name, vm)?.call((class, asked), vm)
    }
}

/// Makes the classes.
pub(super) fn make_types() {
    let _ = SysType::make_static_type();
    let class = Sys::make_static_type();
    class.slots.getattro.store(Some(get));
    class.slots.setattro.store(Some(set));
    class.slots.new.store(Some(new));
}

/// Makes the interpreter's `sys` show each module its own.
pub(crate) fn install(vm: &VirtualMachine) {
    vm.sys_module.as_object().set_class(Sys::class(&vm.ctx).to_owned(), vm);
}

/// What a call of the class makes.
fn new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let module_type = vm.ctx.types.module_type;
    if class.is(Sys::class(&vm.ctx)) {
        return module_type.as_object().call(args, vm);
    }
    let new = module_type.slots.new.load().expect("modules can be made");
    new(class, args, vm)
}

fn get(sys: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if sys.is(&vm.sys_module)
        && is_table(name)
        && let Some(shown) = shown(name, vm)?
    {
        return Ok(shown);
    }
    let get = vm.ctx.types.module_type.slots.getattro.load().expect("modules have attributes");
    get(sys, name, vm)
}

fn set(sys: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    if sys.is(&vm.sys_module)
        && is_table(name)
        && let Some((mapper, _)) = owner(vm)
        && mapper.table().is_some()
    {
        return match value {
            PySetterValue::Assign(value) => mapper.as_object().set_attr(name, value, vm),
            PySetterValue::Delete => mapper.as_object().del_attr(name, vm),
        };
    }
    sys.generic_setattr(name, value, vm)
}

fn is_table(name: &Py<PyStr>) -> bool {
    asker::is_expected() && TABLES.contains(&name.as_bytes())
}

/// Who reads.
enum Reader {
    /// A fresh module's own code.
    Fresh,
    /// The library's import system, on the behalf of one.
    Import,
    /// The library, on the behalf of one.
    Library,
}

/// The mapper of the code that reads, or on whose behalf the library reads.
fn owner(vm: &VirtualMachine) -> Option<(MapperRef, Reader)> {
    let standing = frames::find(|frame| {
        let own = Asker::of_frame(frame, vm).is_some();
        Some((!own).then(|| LIBRARY.of(vm).standing(frame, vm)))
    })?;
    let reader = match standing {
        None => Reader::Fresh,
        Some(Standing::Import) => Reader::Import,
        Some(Standing::Source(_) | Standing::Text) => Reader::Library,
        Some(Standing::Outside) => return None,
    };
    let mapper = asker::of_call(None, vm)?.mapper(vm).ok()?;
    // What stands in for the library reads on its client's behalf.
    let client = RealmModules::of(&mapper).and_then(|realm| realm.client(vm));
    Some((client.unwrap_or(mapper), reader))
}

/// What `name` is to the code that runs, where that isn't the interpreter's own.
fn shown(name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let is_modules = name.as_bytes() == b"modules";
    let view = || PyObjectRef::from(ModuleView.into_ref(&vm.ctx));
    let Some((mapper, reader)) = owner(vm) else {
        // The library finds the modules of classes by their names, whoever calls it.
        return Ok((is_modules && is_library(vm)).then(view));
    };
    let has_tables = mapper.table().is_some();
    Ok(match reader {
        Reader::Library if is_modules => Some(view()),
        Reader::Fresh if is_modules && !has_tables => Some(view()),
        _ if has_tables => {
            // What is there from the start is in them once they are there.
            if let Some(realm) = RealmModules::of(&mapper) {
                realm.tables(vm)?;
                if is_modules {
                    realm.show_shared(vm)?;
                    // The dict has what others see.
                    if realm.replacing.is_under_way() {
                        return Ok(Some(view()));
                    }
                }
            }
            Some(mapper.as_object().get_attr(name, vm)?)
        }
        // What finds modules for a mapper is the mapper.
        Reader::Import | Reader::Library if name.as_bytes() == b"meta_path" => {
            let finder = RealmFinder::new(&mapper, vm)?.into_ref(&vm.ctx).into();
            Some(vm.ctx.new_list(vec![finder]).into())
        }
        _ => None,
    })
}

fn is_library(vm: &VirtualMachine) -> bool {
    let standing = frames::find(|frame| Some(LIBRARY.of(vm).standing(frame, vm)));
    matches!(standing, Some(Standing::Source(_) | Standing::Text))
}
