//! Making a generation of a plugin.

use super::{
    found::{Found, How},
    generation::{Generation, Loaded},
    log::Log,
    neighbours::{Neighbours, Other},
    registry::Plugin,
};
use crate::{
    error::Error,
    interpreter::{clock::Instant, engine::RuntimeRef},
    load::recorder::{Recorded, recorded},
    mapper::reference::MapperRef,
    modules::{
        handle::PythonModule,
        search_path::{Location, SearchPath},
    },
    realm::reference::RealmRef,
    syntax::dotted::Dotted,
    values::object::Object,
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, common::rc::PyRc};
use std::collections::BTreeMap;

/// What a generation is to be.
pub(super) struct Plan<'a> {
    pub(super) name: &'a str,
    pub(super) plugin: &'a Plugin,
    pub(super) number: u32,
    /// The plugins that this one requires.
    pub(super) given: Vec<PyRc<Generation>>,
    /// The modules of all other plugins, and their names.
    pub(super) others: Vec<(String, String)>,
    /// What stands beside the plugin in its package.
    pub(super) beside: &'a [PythonModule],
    /// Where plugins are found.
    pub(super) path: &'a SearchPath,
    pub(super) log: PyRc<Log>,
}

/// Loads a plugin, checks it, and returns it with the modules that were loaded for it, which a failure has, too.
pub(super) fn start(plan: &Plan<'_>, runtime: &RuntimeRef) -> (Result<Generation, Error>, Vec<Recorded>) {
    recorded(|| try_start(plan, runtime))
}

fn try_start(plan: &Plan<'_>, runtime: &RuntimeRef) -> Result<Generation, Error> {
    let (found, settings) = (&plan.plugin.found, &plan.plugin.settings);
    let handle = usable(found)?;
    let imports = settings.imports_of().realise(runtime)?;
    // Limits count for a generation: one that was exceeded is no hindrance to the next one.
    let runtime = match settings.limits_of() {
        Some(limits) => imports.runtime().limited(limits.clone()),
        None => imports.runtime().renewed(),
    };
    let begun = Instant::now();
    let (realm, module, object) = runtime.enter(|vm| {
        let load = || {
            let imports = MapperRef::from_object(&*imports.raw(vm)?, vm)?;
            let realm = realm(plan, handle, imports, vm)?;
            let module = realm.lookup(&found.module, vm)?;
            let object = named(&module, found, vm)?;
            Ok((PyObjectRef::from(realm), module, object))
        };
        load().map_err(|raised| Error::from_exception(raised, vm))
    })?;
    let object_of = |object| Object::linked(object, runtime.clone());
    Ok(Generation::new(Loaded {
        plugin: plan.name.into(),
        number: plan.number,
        realm: object_of(realm),
        module: object_of(module),
        object: object_of(object),
        on_failure: settings.on_failure_of(),
        priority: plan.plugin.priority(),
        took: begun.elapsed(),
        log: plan.log.clone(),
        runtime: runtime.clone(),
    }))
}

/// The module of a plugin that can be loaded.
pub(super) fn usable(found: &Found) -> Result<&PythonModule, Error> {
    match (&found.problem, found.handle()) {
        (None, Some(handle)) => Ok(handle),
        (Some(problem), _) => Err(Error::raise("ImportError", problem.to_string())),
        (None, None) => {
            Err(Error::raise("ImportError", format!("the module of the plugin `{}` isn't there", found.name)))
        }
    }
}

/// What the entry point names of the module, or the module.
fn named(module: &PyObjectRef, found: &Found, vm: &VirtualMachine) -> PyResult {
    let attributes = found.attribute.as_deref().into_iter().flat_map(|path| path.split('.'));
    attributes.into_iter().try_fold(module.clone(), |object, name| object.get_attr(vm.ctx.intern_str(name), vm))
}

/// The realm of the plugin: itself and what is below it, what stands beside it, and libraries of its own.
fn realm(plan: &Plan<'_>, handle: &PythonModule, imports: MapperRef, vm: &VirtualMachine) -> PyResult<RealmRef> {
    let (found, settings) = (&plan.plugin.found, &plan.plugin.settings);
    let own = own_modules(found);
    let mut others = BTreeMap::new();
    for (module, name) in plan.others.iter().filter(|(module, _)| !Dotted(module).is_within(own)) {
        let why = format!("the plugin `{}`, which doesn't require the plugin `{name}`", plan.name);
        others.insert(module.clone(), Other::Withheld(why));
    }
    for given in &plan.given {
        let realm = MapperRef::from_object(&*given.realm.raw(vm)?, vm)?;
        // Of an entry point the whole package is given.
        let module = plan.others.iter().find(|(_, name)| **name == *given.plugin);
        if let Some((module, _)) = module.filter(|(module, _)| !Dotted(module).is_within(own)) {
            others.insert(module.clone(), Other::Given(realm));
        }
    }
    let mapper = Neighbours::new(imports, others, settings.shared_of().to_vec());
    let mut builder = RealmRef::builder(&MapperRef::new(mapper, vm)).search_path(&settings.library_of());
    if is_entry_point(found) {
        return Ok(builder.module(&top_of(plan, handle, vm)?).build(vm));
    }
    builder = builder.module(handle);
    builder = match Dotted(handle.name()).parent() {
        None => builder.search_path(&folders_of(handle)),
        Some(_) => plan.beside.iter().fold(builder, |builder, module| builder.module(module)),
    };
    Ok(builder.build(vm))
}

/// The name of what is the plugin's own with all that is below it: of an entry point the whole package.
fn own_modules(found: &Found) -> &str {
    if is_entry_point(found) { Dotted(&found.module).top() } else { &found.module }
}

pub(super) fn is_entry_point(found: &Found) -> bool {
    matches!(found.how, How::EntryPoint { .. })
}

/// The top-level package of an entry point's module.
fn top_of(plan: &Plan<'_>, handle: &PythonModule, vm: &VirtualMachine) -> PyResult<PythonModule> {
    match handle.name().split_once('.') {
        None => Ok(handle.clone()),
        Some((top, _)) => plan.path.get(top).map_err(|error| error.into_exception(vm)),
    }
}

/// The folders in which a top-level module stands.
pub(super) fn folders_of(handle: &PythonModule) -> SearchPath {
    let above = |folder: &str| folder.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
    match (handle.search_path(), handle.source_and_path()) {
        // A package's own folders.
        (Some(path), _) => path
            .locations()
            .iter()
            .map(|Location { source, folder }| Location { source: source.clone(), folder: above(folder) })
            .collect(),
        (None, Some((source, path))) => {
            SearchPath::from_locations([Location { source: source.clone(), folder: above(path) }])
        }
        (None, None) => SearchPath::new(),
    }
}
