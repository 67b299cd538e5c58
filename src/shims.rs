//! Stand-ins for modules of the standard library that import by themselves, past any mapper, or that tell of modules by
//! the interpreter's tables. Each mapper has its own, made when one of its modules first asks for one.

use crate::{
    SearchPath, Zip,
    answer::{import_shared, require},
    mapper::{self, Answer, Mapper, MapperRef, Request, WeakMapper},
    members::Members,
    realm::Realm,
    source::Source,
    state::State,
};
use rustpython_vm::{PyResult, VirtualMachine};
use std::sync::{Arc, OnceLock};

/// What their files are called: `<shims>/importlib/__init__.py`.
pub(crate) const LABEL: &str = "<shims>";

/// Their sources.
pub(crate) fn sources() -> Arc<dyn Source> {
    static SOURCES: OnceLock<Arc<dyn Source>> = OnceLock::new();
    let open = || -> Arc<dyn Source> {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shims.zip"));
        Arc::new(Zip::from_bytes(LABEL, bytes).expect("the build script wrote an archive"))
    };
    SOURCES.get_or_init(open).clone()
}

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
pub(crate) fn stands_in(mapper: &MapperRef, name: &str) -> bool {
    let top = name.split('.').next().unwrap_or(name);
    let realm = mapper.as_realm();
    if realm.is_some_and(Members::is_shims) {
        return false;
    }
    (IMPORTERS.contains(&top) && !mapper.is_pass_through()) || (BY_NAME.contains(&top) && realm.is_some())
}

/// The `sys` of the realm that `mapper` is.
pub(crate) fn sys_of(mapper: &MapperRef, vm: &VirtualMachine) -> PyResult<Answer> {
    // The stand-ins themselves are a realm too, whose `sys` is found before it comes to this.
    mapper.shims(vm)?.map(&Request::direct("sys"), vm)
}

/// The module that reads the files beside modules.
pub(crate) fn resources(vm: &VirtualMachine) -> PyResult {
    let plain = State::of(vm).plain(vm);
    require(&plain.shims(vm)?, &Request::direct(RESOURCES), vm)
}

/// The stand-ins of one mapper: a realm of their own.
pub(crate) fn realm_for(client: &MapperRef, vm: &VirtualMachine) -> PyResult<MapperRef> {
    let own = SearchPath::from_locations([crate::Location { source: sources(), folder: String::new() }]);
    let library = State::of(vm).search_library();
    let names = IMPORTERS.iter().chain(if client.as_realm().is_some() { &BY_NAME[..] } else { &[] });
    let outer = MapperRef::new(Library { client: client.downgrade(vm)? }, vm);
    let mut realm = Realm::builder(&outer);
    for name in names {
        // Of what is pure Python and only needs the right `sys`, the library's own source serves.
        let found = if *name == "importlib" { own.get(name) } else { library.get(name) };
        if let Ok(module) = found {
            realm = realm.module(&module);
        }
    }
    for name in [RESOURCES].into_iter().chain(client.as_realm().map(|_| "sys")) {
        realm = realm.module(&own.get(name).map_err(|error| error.into_exception(vm))?);
    }
    let home = client.home(vm)?;
    // What they import by a statement is their own need; what they import or run by a call is the client's.
    let given = vm.ctx.new_dict();
    given.set_item("_builtins", home.clone().into(), vm)?;
    for name in ["__import__", "exec", "eval"] {
        given.set_item(name, home.get_item(name, vm)?, vm)?;
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
            "_exocet_client" => Answer::Object(self.client.upgrade(vm)?.into()),
            "_exocet_library" => Answer::Object(mapper::pass_through(vm).into()),
            // It finds modules by the interpreter's `sys`.
            "_pickle" => Answer::NotMine,
            _ => Answer::PassThrough,
        })
    }

    fn insist(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        if SHARED.contains(&request.name())
            && let Ok(module) = import_shared(request.name(), vm)?
        {
            return Ok(Some(Answer::Object(module)));
        }
        Ok(None)
    }
}
