//! The first half: a runtime with the bundle, in which the program's imports are loaded.

use super::Ready;
use exocet::{
    Bundle, Error, Runtime,
    modules::{PythonModule, SearchPath},
    raw::{self, MapperRef, RealmRef},
    syntax::{self, Import, ImportKind},
};
use std::{
    collections::BTreeSet,
    env,
    io::{Read, stdin},
};

/// Makes the bundle in stdin ready. Its name, and so what `__file__` begins with, is the first argument.
pub(crate) fn make() -> Result<Ready, Error> {
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes).map_err(|error| Error::malformed(format!("can't read the bundle: {error}")))?;
    let name = env::args().next().unwrap_or_default();
    let bundle = Bundle::from_bytes(name, bytes)?;
    let path = SearchPath::new().with(bundle.clone());
    let entry = bundle.entry().ok_or_else(|| Error::malformed("the bundle has no module to run"))?;
    let program = path.get(entry)?;
    let program = if program.is_package() { program.get("__main__")? } else { program };
    let runtime = Runtime::builder().isolated().source(bundle.clone()).build()?;
    let mapper = runtime.mapper(&bundle.imports()?)?;
    let imports = imports(&program)?;
    let known = runtime.search_path()?;
    let realm = runtime.try_enter(|vm| {
        let realm = RealmRef::builder(&MapperRef::from_object(&*mapper.raw(vm)?, vm)?).search_path(&path).build(vm);
        for name in names(&imports, &known) {
            if let Err(raised) = realm.mapper().lookup_for("__main__", &name, vm) {
                // What can't be imported ahead is imported where the program runs, which may well handle it.
                eprintln!("`{name}` isn't loaded ahead: {}", raw::describe(&raised, vm));
            }
        }
        // What was printed now isn't to be printed wherever the program runs.
        for stream in ["stdout", "stderr"] {
            vm.call_method(&*vm.sys_module.get_attr(stream, vm)?, "flush", ())?;
        }
        Ok(realm)
    })?;
    Ok(Ready { runtime, realm, program })
}

/// The import statements that run when the program does, in their order.
fn imports(program: &PythonModule) -> Result<Vec<Import>, Error> {
    let text = program.text()?.unwrap_or_default();
    let imports = syntax::imports(&text, program.name(), program.is_package());
    let imports = imports.map_err(|error| Error::malformed(format!("`{}`: {error}", program.name())))?;
    Ok(imports.into_iter().filter(|import| import.kind == ImportKind::TopLevel).collect())
}

/// The modules that these ask for, each once. What `from` takes out of a package may be a module as well.
fn names(imports: &[Import], known: &SearchPath) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for import in imports {
        let item = import.item.as_ref().map(|_| import.dotted()).filter(|item| known.get(item).is_ok());
        names.extend([Some(import.name.clone()), item].into_iter().flatten().filter(|name| seen.insert(name.clone())));
    }
    names
}
