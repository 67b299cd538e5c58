//! `exocet bundle`.

mod compare;
mod contents;
mod distributions;
mod extract;
mod report;
mod resources;
#[cfg(feature = "isolates")]
mod standalone;

use crate::{
    failure::Failure,
    output,
    plan::{Mapping, Plan, check_name},
    recording,
    sources::{self, Search},
};
use clap::Args;
use contents::{Contents, Wanted};
use exocet::{
    Bundle, Source,
    bundle::BundleBuilder,
    modules::{PythonModule, SearchPath},
    policy::Lockfile,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Put an application into one file, with what it imports and the decisions that belong to it
#[derive(Debug, Args)]
#[command(
    override_usage = "exocet bundle [OPTIONS] --output FILE (PROGRAM | NAME...)\n       exocet bundle [OPTIONS] --wasi FILE (PROGRAM | NAME... | BUNDLE)\n       exocet bundle --check BUNDLE\n       exocet bundle --extract BUNDLE --output FOLDER\n       exocet bundle --diff OLD NEW",
    after_long_help = "\
A bundle holds what the import statements of the program or of the modules reach, as far as it lies on the paths; the
files beside its packages' modules; and what is known of the distributions that it is of. What was left out, and why,
is said on stderr, and which imports only a run can tell: a record of a run has those, and becomes the bundle's lock.
The same files make the same bytes. `list`, `imports`, `graph`, `check`, `load`, `run` and the others take a bundle
where they take a path, and do what it brings. Nothing runs of a bundle that isn't as it was made.
The JSON is an object with what is in it and what is not; with --diff a list of {\"what\", \"name\", \"old\", \"new\"}.
Exit code: 0; 1 if something can't be read or isn't as it was made, and if --diff finds anything; 2 if the command
line is wrong.

Examples:
  exocet bundle --path src --output app.exo app.py
      app.py becomes what `exocet run app.exo` runs.
  exocet run --realm --path src --trace app.record app.py
  exocet bundle --path src --record app.record --output app.exo app.py
      Of the bundle nothing runs that the recorded run didn't run, and nothing is imported that it didn't import.
  exocet bundle --diff old.exo new.exo
      What would an update change?
  exocet bundle --path src --wasi app.wasm app.py
      With the loader and the library, as a command that any engine for WASI runs."
)]
pub(crate) struct BundleArgs {
    #[command(flatten)]
    search: Search,
    /// Let the policy in FILE decide what the bundle's modules import, wherever they are run
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Take in what the recorded run loaded, too, and let nothing else run
    ///
    /// FILE is what `exocet run --realm --trace FILE` wrote.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Take in the compiled code of the modules
    ///
    /// Another version of Exocet compiles them anew.
    #[arg(long)]
    compiled: bool,
    /// Take in what is imported of the standard library, for builds that lack it
    #[arg(long)]
    with_library: bool,
    /// Make a WASI command, in which what the program imports is loaded already, and write it to FILE
    ///
    /// It has the loader, and of the library what the bundle imports. A bundle becomes one as it is.
    #[cfg(feature = "isolates")]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "extract", "diff"])]
    wasi: Option<PathBuf>,
    /// Write to FILE, or with --extract into this folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Compare a bundle with what it says of itself
    #[arg(long, value_name = "BUNDLE", conflicts_with_all = ["extract", "diff", "names", "record", "policy", "compiled", "with_library", "paths", "output"])]
    check: Option<PathBuf>,
    /// Unpack a bundle into a new folder
    #[arg(long, value_name = "BUNDLE", requires = "output", conflicts_with_all = ["diff", "names", "record", "policy", "compiled", "with_library", "paths", "json"])]
    extract: Option<PathBuf>,
    /// Print what another bundle has, decides and allows otherwise
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["names", "record", "policy", "compiled", "with_library", "paths", "output"])]
    diff: Vec<PathBuf>,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
    /// The program: a file, folder or archive with a `__main__.py`; or modules, the first of which is run
    #[arg(value_name = "NAME", required_unless_present_any = ["check", "extract", "diff"])]
    names: Vec<String>,
}

pub(crate) fn bundle(args: &BundleArgs) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.check {
        let bundle = Bundle::open(path).map_err(Failure::failed)?;
        return report::about(&bundle, args.json);
    }
    if let [old, new] = args.diff.as_slice() {
        let [old, new] = [old, new].map(|path| Bundle::open(path).map_err(Failure::failed));
        return compare::compare(&old?, &new?, args.json);
    }
    if let Some(path) = &args.extract {
        let output = args.output.as_deref().ok_or_else(nowhere)?;
        return extract::extract(&Bundle::open(path).map_err(Failure::failed)?, output);
    }
    if args.output.is_none() && args.wasi().is_none() {
        return Err(nowhere());
    }
    // Nothing but a bundle is there to be replaced by one.
    if let Some(output) = &args.output
        && output.exists()
        && Bundle::at(output).is_ok_and(|bundle| bundle.is_none())
    {
        return Err(Failure::Usage(format!("`{}` is there, and is no bundle: it isn't replaced", output.display())));
    }
    #[cfg(feature = "isolates")]
    if let Some(file) = args.wasi() {
        standalone::check(file)?;
        if let Some(bundle) = given_bundle(args)? {
            let bytes = standalone::write(bundle, file)?;
            return report::standalone(file, bytes, args.json);
        }
    }
    let made = make(args)?;
    if let Some(output) = &args.output {
        fs::write(output, &made.bytes)
            .map_err(|error| Failure::Usage(format!("can't write to `{}`: {error}", output.display())))?;
    }
    #[cfg(feature = "isolates")]
    if let Some(file) = args.wasi() {
        let bytes = standalone::write(made.bytes.clone(), file)?;
        return report::made(&made, file, bytes, args.json);
    }
    report::made(&made, args.output.as_deref().ok_or_else(nowhere)?, made.bytes.len(), args.json)
}

/// The bundle that is to become a command as it is, if that is what is named.
#[cfg(feature = "isolates")]
fn given_bundle(args: &BundleArgs) -> Result<Option<Vec<u8>>, Failure> {
    let [name] = args.names.as_slice() else { return Ok(None) };
    if !Path::new(name).is_file() || Bundle::at(name).map_err(Failure::failed)?.is_none() {
        return Ok(None);
    }
    // What it brings is its own, and nothing that was asked for is passed over.
    let others = [
        ("--policy", args.policy.is_some()),
        ("--record", args.record.is_some()),
        ("--compiled", args.compiled),
        ("--with-library", args.with_library),
        ("--output", args.output.is_some()),
        ("--path", !args.search.paths.is_empty()),
    ];
    if let Some((option, _)) = others.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::Usage(format!(
            "`{name}` is a bundle, which becomes a command as it is, without {option}"
        )));
    }
    fs::read(name).map(Some).map_err(|error| Failure::Usage(format!("can't open `{name}`: {error}")))
}

fn nowhere() -> Failure {
    Failure::Usage("there is nowhere to write to: --output FILE".to_owned())
}

impl BundleArgs {
    /// Where the WASI command is to be written to.
    #[cfg(feature = "isolates")]
    fn wasi(&self) -> Option<&Path> {
        self.wasi.as_deref()
    }

    #[cfg(not(feature = "isolates"))]
    fn wasi(&self) -> Option<&Path> {
        None
    }
}

/// A bundle, and what became of all that it could have had in it.
struct Made {
    bytes: Vec<u8>,
    bundle: Bundle,
    contents: Contents,
    is_recorded: bool,
}

fn make(args: &BundleArgs) -> Result<Made, Failure> {
    let plan = Plan::new(&Mapping { policy: args.policy.clone(), ..Mapping::default() })?;
    let policy = plan.policies().next().cloned();
    let record = args.record.as_deref().map(recording::read).transpose()?;
    let mut sources = Vec::new();
    let program = program(&args.names, &mut sources)?;
    for source in sources::open(&args.search)? {
        sources::add(&mut sources, source);
    }
    for bundle in sources.iter().filter_map(|source| source.bundle()) {
        let brings = [
            (bundle.policy().map_err(Failure::failed)?.is_some(), "policy"),
            (bundle.lock().map_err(Failure::failed)?.is_some(), "lock"),
        ];
        for (_, what) in brings.into_iter().filter(|(has, _)| *has) {
            output::note(&format!("left out: the {what} of {}: a bundle has its own", bundle.label()));
        }
    }
    let own = sources::path_of(sources.clone());
    let plan = plan.obeying(&sources)?;
    let runtime = sources::quiet_runtime(&sources)?;
    let contents = runtime.enter(|vm| {
        let dry = plan.dry_run(false, vm)?.realm(own.clone());
        let wanted =
            Wanted { own: &own, library: args.with_library || args.wasi().is_some(), record: record.as_deref() };
        Contents::of(program.roots(&own)?, &wanted, &dry, vm)
    })?;
    let entry = program.entry();
    if let Some(asked) = contents.unreadable.iter().find(|asked| asked.name == entry) {
        return Err(Failure::Failed(format!("`{entry}` is no Python: {} ({}:{})", asked.why, asked.file, asked.line)));
    }
    let mut builder = BundleBuilder::new().entry(entry);
    for (path, bytes) in contents.files()? {
        builder = builder.file(path, bytes);
    }
    for (path, bytes) in contents.library_files()? {
        builder = builder.library_file(&path, bytes);
    }
    for distribution in &contents.distributions {
        builder = builder.distribution(&distribution.name, &distribution.version);
    }
    if let Some(policy) = &policy {
        builder = builder.policy(policy);
    }
    if let Some(record) = &record {
        builder = builder.lock(&Lockfile::of(record));
    }
    if args.compiled {
        builder = builder.compiled();
    }
    let bytes = builder.build().map_err(Failure::failed)?;
    let bundle = Bundle::from_bytes("<bundle>", bytes.clone()).map_err(Failure::failed)?;
    Ok(Made { bytes, bundle, contents, is_recorded: record.is_some() })
}

/// What is run where the bundle is.
enum Program {
    /// A program, which becomes the bundle's `__main__`.
    Main(PythonModule),
    /// Modules of the paths.
    Names(Vec<String>),
}

impl Program {
    fn entry(&self) -> &str {
        match self {
            Self::Main(_) => "__main__",
            Self::Names(names) => &names[0],
        }
    }

    fn roots(&self, own: &SearchPath) -> Result<Vec<PythonModule>, Failure> {
        match self {
            Self::Main(main) => Ok(vec![main.clone()]),
            Self::Names(names) => {
                let mut roots = Vec::new();
                for name in names {
                    let module = sources::find(name, own)?;
                    // To run a package is to run this one.
                    roots.extend(
                        Some(module.clone()).filter(|_| module.is_package()).and_then(|it| it.get("__main__").ok()),
                    );
                    roots.push(module);
                }
                Ok(roots)
            }
        }
    }
}

/// What is to be bundled. The place of a program leads the path, as where it is run.
fn program(names: &[String], sources: &mut Vec<Arc<dyn Source>>) -> Result<Program, Failure> {
    let [name] = names else {
        names.iter().try_for_each(|name| check_name(name))?;
        return Ok(Program::Names(names.to_vec()));
    };
    let file = Path::new(name);
    let is_program =
        file.is_file() || file.join("__main__.py").is_file() || name.ends_with(".py") || name.contains('/');
    if !is_program {
        check_name(name)?;
        return Ok(Program::Names(names.to_vec()));
    }
    let is_script = file.extension().is_some_and(|extension| extension == "py");
    let place = if is_script { file.parent().filter(|parent| !parent.as_os_str().is_empty()) } else { Some(file) };
    let source = exocet::source::open(place.unwrap_or(Path::new("."))).map_err(Failure::usage)?;
    let main = match is_script {
        true => PythonModule::from_file(file, "__main__").map_err(Failure::usage)?,
        false => sources::path_of(vec![source.clone()]).get("__main__").map_err(Failure::usage)?,
    };
    sources.push(source);
    Ok(Program::Main(main))
}
