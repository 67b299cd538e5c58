//! Stand-ins for modules of the standard library that import by themselves, past any mapper, or that report modules by
//! the interpreter's tables. Each mapper has its own, made when one of its modules first asks for one.

use super::{modules::RealmModules, reference::RealmRef};
use crate::{
    import::resolve::{import_shared, resolve},
    interpreter::sources::library,
    mapper::{
        basic::{pass_through, plain},
        contract::{Answer, Mapper},
        reference::{MapperRef, WeakMapper},
        request::Request,
    },
    modules::search_path::{Location, SearchPath},
    source::embedded,
    syntax::dotted::Dotted,
};
use rustpython_vm::{PyResult, VirtualMachine};

/// What imports by itself, and is stood in for under every mapper that is more than pass-through.
const IMPORTERS: [&str; 3] = ["importlib", "pkgutil", "runpy"];

/// What works by the names of modules, and can work inside of a realm only, where a name means one module.
const BY_NAME: [&str; 1] = ["pickle"];

/// What reads the files beside modules.
const RESOURCES: &str = "_exocet_resources";

/// The parts of `importlib` that hold classes for others to recognise, and no state: the shared ones.
const SHARED: [&str; 7] = [
    "importlib._abc",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "importlib.abc",
    "importlib.machinery",
    "importlib.readers",
    "importlib.simple",
];

/// Whether the modules of `mapper` get a stand-in where it passes `name` through.
pub(super) fn has(mapper: &MapperRef, name: &str) -> bool {
    let top = Dotted(name).top();
    let realm = RealmModules::of(mapper);
    if realm.is_some_and(RealmModules::is_stand_ins) {
        return false;
    }
    (IMPORTERS.contains(&top) && !mapper.is_pass_through()) || (BY_NAME.contains(&top) && realm.is_some())
}

/// The mapper that has the stand-in for `name`, if the modules of `mapper` get one.
pub(super) fn of_name(mapper: &MapperRef, name: &str, vm: &VirtualMachine) -> PyResult<Option<MapperRef>> {
    has(mapper, name).then(|| mapper.stand_ins(vm)).transpose()
}

impl MapperRef {
    /// The stand-ins for what would import past this mapper, made when one of its modules first asks for one.
    pub(super) fn stand_ins(&self, vm: &VirtualMachine) -> PyResult<MapperRef> {
        if let Some(stand_ins) = &self.payload().given.lock().stand_ins {
            return Ok(stand_ins.clone());
        }
        let made = realm_for(self, vm)?;
        Ok(self.payload().given.lock().stand_ins.get_or_insert(made).clone())
    }
}

/// The `sys` of the realm that `mapper` is.
pub(super) fn sys_of(mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<Answer> {
    // The stand-ins themselves are a realm too, whose `sys` is found before it comes to this.
    mapper.stand_ins(vm)?.map(&Request::direct("sys"), vm)
}

/// The module that reads the files beside modules.
pub(crate) fn resources(vm: &VirtualMachine) -> PyResult {
    resolve(&plain(vm).stand_ins(vm)?, &Request::direct(RESOURCES), vm)
}

/// The stand-ins of one mapper: a realm of their own.
fn realm_for(client: &MapperRef, vm: &VirtualMachine) -> PyResult<MapperRef> {
    let own = SearchPath::from_locations([Location::root(embedded::stand_ins())]);
    let library = library(vm);
    let names = IMPORTERS.iter().chain(if RealmModules::of(client).is_some() { &BY_NAME[..] } else { &[] });
    let outer = MapperRef::new(Library { client: client.downgrade(vm)? }, vm);
    let mut realm = RealmRef::builder(&outer);
    for name in names {
        // Of what is pure Python and only needs the right `sys`, the library's own source serves.
        let found = if *name == "importlib" { own.get(name) } else { library.get(name) };
        if let Ok(module) = found {
            realm = realm.module(&module);
        }
    }
    for name in [RESOURCES].into_iter().chain(RealmModules::of(client).map(|_| "sys")) {
        realm = realm.module(&own.get(name).map_err(|error| error.into_exception(vm))?);
    }
    let builtins = client.builtins(vm)?;
    // What they import by a statement is their own need; what they import or run by a call is the client's.
    let given = vm.ctx.new_dict();
    given.set_item("_builtins", builtins.clone().into(), vm)?;
    for name in ["__import__", "exec", "eval"] {
        given.set_item(name, builtins.get_item(name, vm)?, vm)?;
    }
    Ok(realm.build_with(Some(given), vm).into())
}

/// What the stand-ins import: the shared modules, and the mapper that they stand in for.
#[derive(Debug)]
struct Library {
    client: WeakMapper,
}

impl Mapper for Library {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        Ok(match request.name() {
            "_exocet_client" => Answer::object(self.client.upgrade(vm)?),
            "_exocet_library" => Answer::object(pass_through(vm)),
            // It finds modules by the interpreter's `sys`.
            "_pickle" => Answer::NotMine,
            _ => Answer::PassThrough,
        })
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        if SHARED.contains(&request.name())
            && let Ok(module) = import_shared(request.name(), vm)?
        {
            return Ok(Some(Answer::object(module)));
        }
        Ok(None)
    }
}
