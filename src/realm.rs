//! A realm: modules loaded fresh together, each name once.

use crate::{
    PythonModule,
    lock::ModuleLock,
    mapper::{Answer, Below, Item, Mapper, MapperRef, Request},
    state::{State, is_initializing},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyDictRef,
    common::lock::PyMutex,
    object::{Traverse, TraverseFn},
};
use std::fmt;

/// Loads a package as a realm of its own: the package and what lies below it are fresh and see one another, each of them
/// loaded once, when it is first needed; anything else is asked of `mapper`.
///
/// # Errors
/// As for [`load`](crate::load).
pub fn load_package(package: &PythonModule, mapper: &MapperRef, vm: &VirtualMachine) -> PyResult {
    let realm = MapperRef::new(Realm::new(package.clone(), mapper.clone(), vm), vm);
    realm.lookup(package.name(), vm)
}

/// A mapper that answers names inside the realm with its own modules.
pub(crate) struct Realm {
    root: PythonModule,
    outer: MapperRef,
    /// What `sys.modules` is to the interpreter.
    modules: PyDictRef,
    /// The mapper that this realm is: its modules are loaded under it.
    own: PyMutex<Option<MapperRef>>,
}

impl Realm {
    pub(crate) fn new(root: PythonModule, outer: MapperRef, vm: &VirtualMachine) -> Self {
        Self { root, outer, modules: vm.ctx.new_dict(), own: PyMutex::default() }
    }

    fn contains(&self, name: &str) -> bool {
        name.strip_prefix(self.root.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The module of that name, loaded if it wasn't yet, after the packages that it lies in; `None` where there is none.
    fn require(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let mut parent: Option<(&str, PyObjectRef)> = None;
        let root = self.root.name().len();
        // One step a component, and no recursion: a name may have any number of them.
        for end in name.match_indices('.').map(|(at, _)| at).filter(|at| *at >= root).chain([name.len()]) {
            let step = &name[..end];
            let module = match (self.loaded(step, vm)?, &parent) {
                (Some(module), _) => module,
                (None, None) => self.load(&self.root, None, vm)?,
                (None, Some((package, module))) => match self.find(step, package, module, vm)? {
                    Some(handle) => self.load(&handle, Some((module, &step[package.len() + 1..])), vm)?,
                    None => return Ok(None),
                },
            };
            // `None` in `sys.modules` stands for a module that is not to be found.
            if vm.is_none(&module) {
                return Ok(None);
            }
            parent = Some((step, module));
        }
        Ok(parent.map(|(_, module)| module))
    }

    /// The handle of a submodule, by the live `__path__` of the package that it lies in.
    fn find(
        &self,
        name: &str,
        package_name: &str,
        package: &PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PythonModule>> {
        let Some(path) = vm.get_attribute_opt(package, "__path__")? else { return Ok(None) };
        let entries: Vec<PyObjectRef> = path.try_to_value(vm)?;
        let found = State::of(vm).locations(&entries).find(Some(package_name), &name[package_name.len() + 1..]);
        found.map_err(|error| error.into_exception(vm))
    }

    /// The module if it is loaded, or being loaded by this thread. What another thread is loading is waited for.
    fn loaded(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let Some(module) = self.modules.get_item_opt(name, vm)? else { return Ok(None) };
        if is_initializing(&module, vm)? {
            let _waited = self.lock(name, vm)?;
            return self.modules.get_item_opt(name, vm);
        }
        Ok(Some(module))
    }

    fn load(&self, handle: &PythonModule, parent: Option<(&PyObjectRef, &str)>, vm: &VirtualMachine) -> PyResult {
        let name = handle.name();
        let _lock = self.lock(name, vm)?;
        if let Some(module) = self.modules.get_item_opt(name, vm)? {
            return Ok(module);
        }
        let own = self.own.lock().clone().ok_or_else(|| vm.new_runtime_error("the realm is gone"))?;
        let unit = State::of(vm).units.get(handle, vm)?;
        let module = unit.fresh(&own, vm)?;
        self.modules.set_item(name, module.clone().into(), vm)?;
        if let Err(error) = unit.run(&module.dict(), vm) {
            if self.modules.contains_key(name, vm) {
                self.modules.del_item(name, vm)?;
            }
            return Err(error);
        }
        let loaded = self.modules.get_item(name, vm)?;
        if let Some((parent, last)) = parent {
            parent.set_attr(vm.ctx.intern_str(last), loaded.clone(), vm)?;
        }
        Ok(loaded)
    }

    /// Keeps other threads from loading the module meanwhile.
    fn lock<'a>(&self, name: &str, vm: &'a VirtualMachine) -> PyResult<ModuleLock<'a>> {
        ModuleLock::acquire(&format!("{name} in realm {:x}", self.modules.get_id()), vm)
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Realm").field(&self.root).field(&self.outer).finish()
    }
}

impl Mapper for Realm {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let name = request.name();
        if !self.contains(name) {
            return self.outer.map(request, vm);
        }
        // What a package has as an attribute already comes before a submodule of that name; only the realm's root may
        // hang in a package outside, which has another one.
        if matches!(request.item(), Some(Item::Module | Item::Value)) && name != self.root.name() {
            return Ok(Answer::NotMine);
        }
        let found = if request.is_probe() { self.probe(name, vm)? } else { self.require(name, vm)? };
        Ok(found.map_or(Answer::NotMine, Answer::Object))
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        if self.contains(name) {
            return Below::Nothing;
        }
        let holds_root = self.root.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        if holds_root { Below::Replaced } else { self.outer.below(name, vm) }
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        self.outer.unused(vm)
    }

    fn adopt(&self, own: &MapperRef) {
        *self.own.lock() = Some(own.clone());
    }

    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.outer.traverse(visit);
        self.modules.traverse(visit);
        self.own.traverse(visit);
    }
}

impl Realm {
    /// The module if it is loaded, or else anything at all if it could be loaded.
    fn probe(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some(module) = self.modules.get_item_opt(name, vm)? {
            return Ok(Some(module).filter(|module| !vm.is_none(module)));
        }
        let found = match name.get(self.root.name().len() + 1..) {
            None => true,
            Some(rest) => self.root.get(rest).is_ok(),
        };
        Ok(found.then(|| vm.ctx.none()))
    }
}
