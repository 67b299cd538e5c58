//! What the sources hold, without running any of it.

use crate::{
    boundary::{Info, Listed, Listing},
    interpreter,
};
use exocet::{
    Error,
    modules::{PythonModule, SearchPath},
};

/// Lists. `own` are the places of the sources, `all` those of the library too.
pub(crate) fn list(listing: Listing, own: &SearchPath, all: &SearchPath) -> Result<Listed, Error> {
    Ok(match listing {
        Listing::Modules { within, is_deep } => {
            let package = within.map(|name| own.get(&name)).transpose()?;
            let found: Vec<Result<PythonModule, Error>> = match (package, is_deep) {
                (None, false) => own.iter_modules().collect(),
                (None, true) => own.walk_modules().collect(),
                (Some(package), false) => package.iter_modules().collect(),
                // A walk begins with the package itself.
                (Some(package), true) => package.walk_modules().skip(1).collect(),
            };
            let shown = |module: Result<PythonModule, Error>| match module {
                Ok(module) => Ok(info(&module)),
                Err(error) => Err(interpreter::failure(error)),
            };
            Listed::Modules(found.into_iter().map(shown).collect())
        }
        Listing::Module(name) => Listed::Module(info(&all.get(&name)?)),
        Listing::Text(name) => Listed::Text(all.get(&name)?.text()?),
        Listing::Imports(name) => Listed::Imports(all.get(&name)?.imports()?.to_vec()),
        Listing::Exports(name) => Listed::Names(all.get(&name)?.exports()?),
        Listing::Attributes(name) => Listed::Names(all.get(&name)?.attributes()?),
    })
}

fn info(module: &PythonModule) -> Info {
    Info { name: module.name().to_owned(), kind: module.kind(), origin: module.origin() }
}
