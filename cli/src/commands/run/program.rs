//! The program that is run, and the place that leads its search path.

use crate::{failure::Failure, plan::check_name, python::Given, sources};
use exocet::{
    Bundle, Memory, Runtime, Source,
    modules::PythonModule,
    syntax::{self, ScanError},
};
use std::{
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

/// A program, before there is a runtime.
pub(crate) enum Program {
    /// A file, or text that was given as such.
    Script(PythonModule),
    /// The `__main__` of a folder or of an archive.
    Main(PythonModule),
    /// A module of the search path, by its name.
    Module(String),
}

/// What leads the search path of a program.
pub(crate) enum Leading {
    /// A folder, or the program's archive.
    Source(Arc<dyn Source>),
    /// Whichever folder is the current one, as an empty entry of `sys.path`.
    Current(Arc<dyn Source>),
    Nothing,
}

impl Leading {
    pub(crate) fn source(&self) -> Option<&Arc<dyn Source>> {
        match self {
            Self::Source(source) | Self::Current(source) => Some(source),
            Self::Nothing => None,
        }
    }
}

/// The program, and what leads its search path. On a `safe_path` that is nothing but the program itself.
pub(crate) fn open(given: &Given, safe_path: bool) -> Result<(Program, Leading), Failure> {
    let (program, leading) = match given {
        Given::File(file) => script(file)?,
        Given::Module(name) => (Program::Module(name.clone()), Leading::Source(current()?)),
        Given::Code(text) => (Program::Script(text_called("<string>", text.as_bytes())?), Leading::Current(current()?)),
        Given::Stdin => {
            let text = read(io::stdin()).map_err(|error| Failure::Failed(format!("can't read stdin: {error}")))?;
            (Program::Script(text_called("<stdin>", &text)?), Leading::Current(current()?))
        }
    };
    // Isolated or not, the modules of an archive are the program's own.
    let is_beside = !matches!(program, Program::Main(_));
    Ok((program, if safe_path && is_beside { Leading::Nothing } else { leading }))
}

fn current() -> Result<Arc<dyn Source>, Failure> {
    exocet::source::open(".").map_err(Failure::usage)
}

fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Text that stands in no file that could be read once more, under the name that tracebacks show.
fn text_called(name: &str, text: &[u8]) -> Result<PythonModule, Failure> {
    let (folder, file) = match Path::new(name).parent().and_then(Path::to_str) {
        Some(folder) if !folder.is_empty() => (folder, name[folder.len()..].trim_start_matches('/')),
        _ => ("", name),
    };
    let source: Arc<dyn Source> = Arc::new(Memory::new(folder).with(file, text));
    PythonModule::from_source(&source, file, "__main__").map_err(Failure::usage)
}

/// The script in `file`, and its folder. A folder or an archive is a program by its `__main__.py`.
fn script(file: &OsStr) -> Result<(Program, Leading), Failure> {
    let shown = file.display();
    let fail = |error: io::Error| Failure::Usage(format!("can't open `{shown}`: {error}"));
    let is_plain = fs::metadata(file).map_err(fail)?.is_file();
    let is_folder = Path::new(file).is_dir();
    if is_plain || is_folder {
        if let Some(bundle) = Bundle::at(file).map_err(Failure::failed)? {
            return Ok((Program::Main(entry(&bundle)?), Leading::Source(Arc::new(bundle))));
        }
        match exocet::source::open(file) {
            Ok(source) => {
                let main = sources::path_of(vec![source.clone()]).get("__main__").map_err(Failure::usage)?;
                return Ok((Program::Main(main), Leading::Source(source)));
            }
            Err(error) if is_folder || is_plain && begins_as_archive(file).map_err(fail)? => {
                return Err(Failure::usage(error));
            }
            Err(_) => {}
        }
    }
    let script = match is_plain && file.to_str().is_some() {
        true => PythonModule::from_file(file, "__main__").map_err(Failure::usage)?,
        // A pipe can be read once, and a handle may read as often as it likes.
        false => {
            let text = fs::File::open(file).and_then(read).map_err(fail)?;
            let place = std::path::absolute(file).map_err(fail)?;
            text_called(&place.to_string_lossy(), &text)?
        }
    };
    // What a link leads to has its modules beside it; a link to a pipe leads to no place at all.
    let real = Some(file).filter(|file| Path::new(file).is_symlink()).and_then(|link| fs::canonicalize(link).ok());
    let real = real.or_else(|| std::path::absolute(file).ok());
    let beside = real.and_then(|real| exocet::source::open(real.parent()?).ok());
    Ok((Program::Script(script), beside.map_or(Leading::Nothing, Leading::Source)))
}

/// Whether a file begins as zip archives do, even if it isn't whole.
fn begins_as_archive(file: &OsStr) -> io::Result<bool> {
    let mut begin = Vec::new();
    fs::File::open(file)?.take(4).read_to_end(&mut begin)?;
    Ok(begin == b"PK\x03\x04")
}

/// The module that a bundle is run by.
fn entry(bundle: &Bundle) -> Result<PythonModule, Failure> {
    let Some(name) = bundle.entry() else {
        let place = bundle.label();
        return Err(Failure::Failed(format!(
            "`{place}` has no module to run: `--path {place} -m NAME` runs one of its modules"
        )));
    };
    run_of(sources::path_of(vec![Arc::new(bundle.clone())]).get(name).map_err(Failure::failed)?)
}

/// What is run of a module: itself, or a package's `__main__`.
fn run_of(found: PythonModule) -> Result<PythonModule, Failure> {
    match found.is_package() {
        true => found.get("__main__").map_err(|error| Failure::Failed(format!("can't run a package: {error}"))),
        false => Ok(found),
    }
}

/// The module to run for `-m name`: the module itself, or a package's `__main__`.
pub(crate) fn module(name: &str, runtime: &Runtime) -> Result<PythonModule, Failure> {
    check_name(name)?;
    let path = runtime.search_path().map_err(Failure::failed)?;
    run_of(path.get(name).map_err(Failure::failed)?)
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
