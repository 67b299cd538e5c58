//! The program that `exocet run` runs, and the place that leads its search path.

use crate::{failure::Failure, plan::check_name, sources};
use exocet::{
    Runtime, Source,
    modules::PythonModule,
    syntax::{self, ScanError},
};
use std::{fs, path::Path, sync::Arc};

/// The script in `file`, and its folder. A folder or an archive is a program by its `__main__.py`.
pub(crate) fn script(file: &str) -> Result<(PythonModule, Arc<dyn Source>), Failure> {
    match exocet::source::open(file) {
        Ok(source) => {
            let program = sources::path_of(vec![source.clone()]).get("__main__").map_err(Failure::usage)?;
            return Ok((program, source));
        }
        Err(error) if Path::new(file).is_dir() => return Err(Failure::usage(error)),
        Err(_) => {}
    }
    let script = PythonModule::from_file(file, "__main__").map_err(Failure::usage)?;
    // What a link leads to has its modules beside it.
    let real = if Path::new(file).is_symlink() { fs::canonicalize(file) } else { std::path::absolute(file) };
    let real = real.map_err(|error| Failure::Usage(format!("can't open `{file}`: {error}")))?;
    let folder = exocet::source::open(real.parent().unwrap_or(&real)).map_err(Failure::usage)?;
    Ok((script, folder))
}

/// The module to run for `-m name`: the module itself, or a package's `__main__`.
pub(crate) fn module(name: &str, runtime: &Runtime) -> Result<PythonModule, Failure> {
    check_name(name)?;
    let path = runtime.search_path().map_err(Failure::failed)?;
    let found = path.get(name).map_err(Failure::failed)?;
    match found.is_package() {
        true => found.get("__main__").map_err(|error| Failure::Failed(format!("can't run a package: {error}"))),
        false => Ok(found),
    }
}

/// Whether the program's text can be read at all. What is wrong with it as Python shows when it is run.
pub(crate) fn check(program: &PythonModule) -> Result<(), Failure> {
    if program.is_native() {
        return Err(Failure::Failed(format!("can't run `{}`: it is built into the interpreter", program.name())));
    }
    let text = program.text().map_err(Failure::failed)?.unwrap_or_default();
    match syntax::imports(&text, program.name(), program.is_package()) {
        Err(ScanError::TooDeep(error)) => {
            Err(Failure::Failed(format!("can't compile `{}`: {error}", program.origin().unwrap_or_default())))
        }
        _ => Ok(()),
    }
}
