//! Stand-ins for modules of the standard library that work by the names of modules in native code, where nobody can tell who asks.
//! Each realm has its own, made when one of its modules first asks for one.

use super::{modules::RealmModules, reference::RealmRef};
use crate::{
    interpreter::sources::library,
    mapper::{
        contract::{Answer, Mapper},
        reference::{MapperRef, WeakMapper},
        request::Request,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyDictRef};

/// What works by the names of modules, and can work inside of a realm only, where a name means one module. The native half of
/// `pickle` reads the tables of modules itself; the half in Python serves.
const BY_NAME: [&str; 1] = ["pickle"];

/// Whether the modules of `mapper` get a stand-in where it passes `name` through.
pub(super) fn has(mapper: &MapperRef, name: &str) -> bool {
    BY_NAME.contains(&Dotted(name).top()) && RealmModules::of(mapper).is_some_and(|realm| !realm.is_stand_ins())
}

/// The mapper that has the stand-in for `name`, if the modules of `mapper` get one.
pub(super) fn of_name(mapper: &MapperRef, name: &str, vm: &VirtualMachine) -> PyResult<Option<MapperRef>> {
    has(mapper, name).then(|| mapper.stand_ins(vm)).transpose()
}

impl MapperRef {
    /// The stand-ins for what would import past this mapper, made when one of its modules first asks for one.
    fn stand_ins(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        if let Some(stand_ins) = &self.payload().given.lock().stand_ins {
            return Ok(stand_ins.clone());
        }
        let made = realm_for(self, vm)?;
        Ok(self.payload().given.lock().stand_ins.get_or_insert(made).clone())
    }
}

/// The stand-ins of one realm: a realm of their own.
fn realm_for(client: &MapperRef, vm: &VirtualMachine) -> PyResult<MapperRef> {
    let library = library(vm);
    let outer = MapperRef::new(Library, vm);
    let found = BY_NAME.iter().filter_map(|name| library.get(name).ok());
    let realm = found.fold(RealmRef::builder(&outer), |realm, module| realm.module(&module));
    let builtins = client.builtins(vm)?;
    // What they import by a statement is their own need; what they import or run by a call is the client's.
    let given = vm.ctx.new_dict();
    for name in ["__import__", "exec", "eval"] {
        given.set_item(name, builtins.get_item(name, vm)?, vm)?;
    }
    Ok(realm.build_for(client.downgrade(vm)?, given, vm).into())
}

/// What the stand-ins import: the shared modules.
#[derive(Debug)]
struct Library;

impl Mapper for Library {
    fn map(&self, request: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
        Ok(match request.name() {
            // It finds modules by the interpreter's `sys`.
            "_pickle" => Answer::NotMine,
            _ => Answer::PassThrough,
        })
    }
}

/// Whom the modules of a realm of stand-ins serve, and what they begin with.
pub(crate) struct Serves {
    pub(super) client: WeakMapper,
    pub(super) given: PyDictRef,
}
