//! The interpreter of the guest, and what the host has it do.

use crate::{
    boundary::{Program, Reply, Request, Resume, SourceData, Start},
    clock, compiler, host,
    imports::imports,
    memory,
    objects::Objects,
    observer, output,
    source::Asked,
};
use exocet::{
    Error, Imports, Memory, Object, Realm, Runtime, Source,
    modules::{PythonModule, SearchPath},
    raw,
    values::{Table, Value, Wanted},
    vm::{PyResult, Settings, VirtualMachine, class::PyClassImpl},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

struct Interpreter {
    runtime: Runtime,
    /// All modules of the sources, which see one another, if they do.
    realm: Option<Realm>,
    imports: Imports,
    sources: Vec<Arc<dyn Source>>,
}

thread_local! {
    static INTERPRETER: RefCell<Option<Rc<Interpreter>>> = const { RefCell::new(None) };
}

pub(crate) fn handle(request: Request) -> Result<Reply, Error> {
    let request = match request {
        Request::Start(start) => return self::start(start).map(|()| Reply::Done),
        Request::Compile(source) => {
            return Ok(compiler::compile(&source).map_or(Reply::Nothing, |code| Reply::Value(Value::Bytes(code))));
        }
        request => request,
    };
    let interpreter = INTERPRETER.with_borrow(Clone::clone);
    let interpreter = interpreter.ok_or_else(|| Error::malformed("a host starts the interpreter first"))?;
    match request {
        Request::Start(_) | Request::Compile(_) => Ok(Reply::Nothing),
        Request::Import { name } => {
            let module = match &interpreter.realm {
                Some(realm) => realm.import(&name)?,
                None => interpreter.runtime.load(&name, &interpreter.imports)?,
            };
            interpreter.send(module, Wanted::Object)
        }
        Request::Call { object, name, arguments, keywords, wanted } => {
            interpreter.call(object, name, arguments, keywords, wanted)
        }
        Request::Get { object, name, wanted } => {
            let object = kept(object)?;
            let found = name.map_or(Ok(object.clone()), |name| object.get::<Object>(&name))?;
            interpreter.send(found, wanted)
        }
        Request::Set { object, name, value } => {
            kept(object)?.set(&name, interpreter.receive(value)?).map(|()| Reply::Done)
        }
        Request::Has { object, name } => kept(object)?.has(&name).map(Reply::Is),
        Request::Read { object, view } => {
            let object = kept(object)?;
            let read = interpreter.runtime.try_enter(|vm| Value::view(&object, &view, &Objects, vm))?;
            Ok(read.map_or(Reply::Nothing, Reply::Value))
        }
        Request::Run { program, arguments } => interpreter.run(program, arguments),
        Request::Freeze => {
            interpreter.runtime.try_enter(|vm| {
                let gc = raw::pass_through(vm).lookup("gc", vm)?;
                vm.call_method(&gc, "collect", ()).map(drop)
            })?;
            exocet::compile::forget_compiled_code();
            compiler::is_frozen();
            memory::is_frozen();
            Ok(Reply::Done)
        }
    }
}

/// Goes on from a snapshot.
pub(crate) fn resume(Resume { is_observed }: Resume) -> Result<(), Error> {
    observer::set(is_observed);
    INTERPRETER.with_borrow(Clone::clone).map_or(Ok(()), |interpreter| interpreter.runtime.try_enter(reseed))
}

/// Starts the interpreter.
fn start(start: Start) -> Result<(), Error> {
    std::panic::set_hook(Box::new(|panic| host::panicked(&panic.to_string())));
    clock::set();
    let mut settings = Settings::default();
    settings.hash_seed = Some(start.hash_seed);
    let mut builder = Runtime::builder()
        .isolated()
        .without_signals()
        .vm_settings(settings)
        .limits(start.limits.clone())
        .observer(observer::Teller)
        .compiler(compiler::Elsewhere);
    let mut path = SearchPath::new();
    let mut sources = Vec::new();
    for (number, data) in start.sources.into_iter().enumerate() {
        let (is_on_path, source) = (data.is_on_path, source(number, data));
        sources.push(source.clone());
        if is_on_path {
            path = path.with(source.clone());
            builder = builder.shared_source(source);
        } else {
            builder = builder.files(source);
        }
    }
    let runtime = builder.build()?;
    runtime.try_enter(|vm| {
        let _ = output::Stream::make_static_type();
        clock::install(vm)?;
        output::install(vm)
    })?;
    let imports = imports(start.imports).with_limits(start.limits);
    let realm = if start.is_realm { Some(runtime.realm_of(&path, &imports)?) } else { None };
    INTERPRETER.set(Some(Rc::new(Interpreter { runtime, realm, imports, sources })));
    Ok(())
}

fn source(number: usize, SourceData { label, files, .. }: SourceData) -> Arc<dyn Source> {
    let Some(files) = files else { return Arc::new(Asked { number, label }) };
    let memory = Memory::new(label);
    for (path, content) in files {
        memory.insert(path, content.0);
    }
    Arc::new(memory)
}

/// The object of that number.
fn kept(number: u32) -> Result<Object, Error> {
    Objects.get(number).ok_or_else(|| Error::malformed(format!("there is no object {number}")))
}

impl Interpreter {
    /// An object for the host.
    fn send(&self, object: Object, wanted: Wanted) -> Result<Reply, Error> {
        let value = self.runtime.try_enter(|vm| Value::of_object(object.raw(vm)?, wanted, &Objects, vm))?;
        Ok(match value {
            Value::Object(handle) if wanted == Wanted::Object => Reply::Object(handle),
            value => Reply::Value(value),
        })
    }

    /// A value of the host's.
    fn receive(&self, value: Value) -> Result<Object, Error> {
        let made = |vm: &VirtualMachine| value.into_object(&Objects, vm).map(|object| Object::new(object, vm));
        self.runtime.try_enter(made)?
    }

    fn call(
        &self,
        object: u32,
        name: Option<String>,
        arguments: Vec<Value>,
        keywords: Value,
        wanted: Wanted,
    ) -> Result<Reply, Error> {
        let object = kept(object)?;
        let arguments = arguments.into_iter().map(|value| self.receive(value)).collect::<Result<Vec<_>, _>>()?;
        let mut named = BTreeMap::new();
        if let Value::Dict(entries) = keywords {
            for (key, value) in entries {
                let Value::Text(key) = key else { return Err(Error::malformed("a keyword is no string")) };
                named.insert(key, self.receive(value)?);
            }
        }
        let result: Object = match name {
            Some(name) => object.call_with(&name, arguments, named)?,
            None => object.invoke_with(arguments, named)?,
        };
        self.send(result, wanted)
    }

    /// Runs a program.
    fn run(&self, program: Program, arguments: Vec<String>) -> Result<Reply, Error> {
        let main = match program {
            Program::File { source, path } => match self.sources.get(source) {
                Some(source) => PythonModule::from_source(source, &path, "__main__")?,
                None => return Err(Error::malformed(format!("there is no source {source}"))),
            },
            Program::Module(name) => {
                let module = self.runtime.search_path()?.get(&name)?;
                if module.is_package() { module.get("__main__")? } else { module }
            }
        };
        self.runtime.try_enter(|vm| {
            let arguments = arguments.into_iter().map(|argument| vm.ctx.new_str(argument).into()).collect();
            vm.sys_module.set_attr("argv", vm.ctx.new_list(arguments), vm)?;
            let mapper = match &self.realm {
                Some(realm) => raw::MapperRef::from_object(&*realm.object().raw(vm)?, vm)?,
                None => self.imports.mapper(vm)?,
            };
            raw::run_main(&main, &mapper, vm)
        })?;
        Ok(Reply::Done)
    }
}

/// The VM's generator is as the snapshot had it, and so is the one of `random`, if that was loaded.
fn reseed(vm: &VirtualMachine) -> PyResult<()> {
    rand::rng().reseed().map_err(|error| vm.new_os_error(error.to_string()))?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let random = modules.get_item("random", vm);
    random.map_or(Ok(()), |random| vm.call_method(&random, "seed", ()).map(drop))
}
