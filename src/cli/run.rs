//! `exocet run`.

use super::{Failure, args::Run, lock, output, plan::Plan, program, sources};
use exocet::{
    JsonLines, MapperRef, PythonModule, Realm, Runtime, mapper,
    vm::{PyResult, VirtualMachine},
};
use std::{fs::File, process::ExitCode};

pub(crate) fn run(args: Run) -> Result<ExitCode, Failure> {
    let plan = Plan::new(&args.mapping)?;
    let as_module = args.module.first().cloned();
    let (script, leading) = match &as_module {
        Some(_) => (None, exocet::open(".").map_err(Failure::usage)?),
        None => {
            let (script, folder) = program::script(&args.program[0])?;
            (Some(script), folder)
        }
    };
    let mut sources = vec![leading];
    for source in sources::open(&args.search)? {
        sources::add(&mut sources, source);
    }
    let mut builder = Runtime::builder().arguments(if as_module.is_some() { args.module } else { args.program });
    for source in &sources {
        builder = builder.shared_source(source.clone());
    }
    let lock = args.locked.as_deref().map(lock::read).transpose()?;
    if let Some(lock) = &lock {
        builder = builder.observer(lock.clone());
    }
    if let Some(file) = &args.trace {
        let place = file.display();
        let out = File::create(file).map_err(|error| Failure::Usage(format!("can't write to `{place}`: {error}")))?;
        builder = builder.observer(JsonLines::new(out));
    }
    let runtime = args.caching.apply(builder).build().map_err(Failure::failed)?;
    plan.check(&runtime.search_path().map_err(Failure::failed)?)?;
    let main = match (script, &as_module) {
        (Some(script), _) => script,
        (None, name) => program::module(name.as_deref().unwrap_or_default(), &runtime)?,
    };
    program::check(&main)?;
    let code = runtime.run(|vm| {
        if as_module.is_some() {
            name_program(&main, vm)?;
        }
        let base = if args.empty { mapper::empty(vm) } else { mapper::pass_through(vm) };
        let mut mapper = plan.mapper(base, vm)?;
        if let Some(lock) = &lock {
            mapper = lock.mapper(mapper, vm);
        }
        if args.realm {
            mapper = Realm::builder(&mapper).search_path(&sources::path_of(sources)).build(vm).into();
        }
        let ended = exocet::run_main(&main, &mapper, vm);
        if args.warn_unused {
            warn_unused(&mapper, vm);
        }
        ended
    });
    // Of an exit code the system keeps the lowest byte.
    Ok(ExitCode::from(code as u8))
}

/// Puts the file that is run at the front of `sys.argv`, where `-m` had only its name to put.
fn name_program(program: &PythonModule, vm: &VirtualMachine) -> PyResult<()> {
    let arguments = vm.sys_module.get_attr("argv", vm)?;
    vm.call_method(&arguments, "__setitem__", (0, program.origin())).map(drop)
}

fn warn_unused(mapper: &MapperRef, vm: &VirtualMachine) {
    let unused = mapper.unused(vm);
    if !unused.is_empty() {
        let names: Vec<String> = unused.iter().map(|name| format!("`{name}`")).collect();
        output::complain(&format!("warning: never asked for: {}", names.join(", ")));
    }
}
