//! The interpreter of the guest, and what the host has it do.

use crate::{
    allocator,
    boundary::{Compiled, Content, Failure, How, Program, Reply, Request, Resume, Role, SourceData, Start},
    clock, compiler, host, imports,
    lent::{self, JavaScript},
    listing, memory,
    objects::Objects,
    observer, output,
    source::{self, Asked},
};
use exocet::{
    Error, Imports, Memory, Object, Realm, Runtime, Source,
    compile::compile_ahead_of_time,
    error::Report,
    modules::{Location, PythonModule, SearchPath},
    raw,
    syntax::encodings::set_decoder,
    values::{Value, Wanted},
    vm::{AsObject, PyObjectRef, PyResult, Settings, VirtualMachine, class::PyClassImpl},
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::Rc,
    sync::{Arc, PoisonError, RwLock},
};

struct Interpreter {
    runtime: Runtime,
    /// All modules of the sources, which see one another, if they do.
    realm: Option<Realm>,
    imports: Imports,
    sources: RwLock<Vec<Place>>,
    takes_exceptions: bool,
}

/// A source, and its files, if they were handed in.
struct Place {
    source: Arc<dyn Source>,
    files: Option<Arc<Memory>>,
}

thread_local! {
    static INTERPRETER: RefCell<Option<Rc<Interpreter>>> = const { RefCell::new(None) };
}

fn current() -> Result<Rc<Interpreter>, Error> {
    INTERPRETER.with_borrow(Clone::clone).ok_or_else(|| Error::malformed("a host starts the interpreter first"))
}

pub(crate) fn handle(request: Request) -> Result<Reply, Error> {
    set_decoder(host::decode);
    match request {
        Request::Start(start) => self::start(start).map(|()| Reply::Done),
        Request::Compile(source) => {
            Ok(compiler::compile(&source).map_or(Reply::Nothing, |code| Reply::Value(Value::Bytes(code))))
        }
        request => current()?.handle(request),
    }
}

/// Goes on from a snapshot.
pub(crate) fn resume(Resume { is_observed }: Resume) -> Result<(), Error> {
    observer::set(is_observed);
    INTERPRETER.with_borrow(Clone::clone).map_or(Ok(()), |interpreter| interpreter.runtime.try_enter(reseed))
}

/// An error for the host.
pub(crate) fn failure(error: Error) -> Failure {
    let plain = |error| Failure { report: Box::new(Report::new(error)), exception: None };
    match current() {
        Ok(interpreter) if interpreter.takes_exceptions => {
            let taken = interpreter.runtime.try_enter(|vm| {
                let exception = error.into_exception(vm);
                let object: PyObjectRef = exception.as_object().to_owned();
                let report = Box::new(Report::new(Error::from_exception(exception, vm)));
                let Value::Object(handle) = Value::of_object(object, Wanted::Object, &Objects, vm)? else {
                    return Ok(Failure { report, exception: None });
                };
                Ok(Failure { report, exception: Some(handle) })
            });
            taken.unwrap_or_else(plain)
        }
        _ => plain(error),
    }
}

/// What the host threw, as an error.
pub(crate) fn thrown(object: u32, message: String) -> Error {
    let interpreter = match current() {
        Ok(interpreter) => interpreter,
        Err(error) => return error,
    };
    interpreter.runtime.enter(|vm| Error::from_exception(lent::thrown(object, message, vm), vm))
}

/// The object for a value of the host's.
pub(crate) fn object_of(value: Value) -> Result<Object, Error> {
    current()?.receive(value)
}

/// The imports that an object is.
pub(crate) fn imports_of(number: u32) -> Result<Imports, Error> {
    current()?.kept(number).map(Imports::from_object)
}

/// Starts the interpreter.
fn start(start: Start) -> Result<(), Error> {
    std::panic::set_hook(Box::new(|panic| host::panicked(&panic.to_string())));
    clock::set();
    let mut settings = Settings::default();
    settings.hash_seed = Some(start.hash_seed);
    let mut builder =
        Runtime::builder().isolated().vm_settings(settings).observer(observer::Teller).compiler(compiler::Elsewhere);
    if let Some(limits) = &start.limits {
        builder = builder.limits(limits.clone());
    }
    let mut path = SearchPath::new();
    let (mut sources, mut library) = (Vec::new(), Vec::new());
    for (number, data) in start.sources.into_iter().enumerate() {
        let (role, place) = (data.role, place(number, data));
        match role {
            Role::Path => {
                path = path.with(place.source.clone());
                builder = builder.shared_source(place.source.clone());
            }
            Role::Library => library.push(place.source.clone()),
            #[cfg(feature = "stdlib-pure")]
            Role::Files => builder = builder.files(place.source.clone()),
            #[cfg(not(feature = "stdlib-pure"))]
            Role::Files => {}
        }
        sources.push(place);
    }
    let runtime = builder.build()?;
    library.into_iter().for_each(|source| runtime.extend_library(source));
    runtime.try_enter(|vm| {
        let _ = (output::Stream::make_static_type(), JavaScript::make_static_type());
        clock::install(vm)?;
        output::install(vm)
    })?;
    let mut imports = imports::imports(start.imports, &runtime)?;
    if let Some(limits) = start.limits {
        imports = imports.with_limits(limits);
    }
    let realm = if start.is_realm { Some(runtime.realm_of(&path, &imports)?) } else { None };
    let (sources, takes_exceptions) = (RwLock::new(sources), start.takes_exceptions);
    INTERPRETER.set(Some(Rc::new(Interpreter { runtime, realm, imports, sources, takes_exceptions })));
    Ok(())
}

fn place(number: usize, data: SourceData) -> Place {
    if data.files.is_none() {
        return Place { source: Arc::new(Asked { number, label: data.label }), files: None };
    }
    let files = source::handed_in(data);
    Place { source: files.clone(), files: Some(files) }
}

impl Interpreter {
    fn handle(&self, request: Request) -> Result<Reply, Error> {
        match request {
            Request::Start(_) | Request::Compile(_) => Ok(Reply::Nothing),
            Request::Add(sources) => self.add(sources).map(|()| Reply::Done),
            Request::Write { source, path, content } => self.write(source, path, content).map(Reply::Is),
            Request::Imports { below, layer } => {
                let imports = imports::with(&self.imports(below)?, 0, layer, &self.runtime)?;
                self.send(self.runtime.mapper(&imports)?, Wanted::Object)
            }
            Request::Load { name, how, imports } => self.send(self.load(&name, how, imports)?, Wanted::Object),
            Request::Contains { name, imports } => {
                let imports = self.imports(imports)?;
                self.runtime.try_enter(|vm| imports.mapper(vm)?.contains(&name, vm)).map(Reply::Is)
            }
            Request::Unused { imports } => self.runtime.unused(&self.imports(imports)?).map(Reply::Names),
            Request::List(listing) => {
                listing::list(listing, &self.path(), &self.runtime.search_path()?).map(Reply::Listed)
            }
            Request::Call { object, name, arguments, keywords, wanted } => {
                self.call(object, name, arguments, keywords, wanted)
            }
            Request::Get { object, name, wanted } => {
                let object = self.kept(object)?;
                let found = name.map_or(Ok(object.clone()), |name| object.get::<Object>(&name))?;
                self.send(found, wanted)
            }
            Request::Set { object, name, value } => {
                self.kept(object)?.set(&name, self.receive(value)?).map(|()| Reply::Done)
            }
            Request::Has { object, name } => self.kept(object)?.has(&name).map(Reply::Is),
            Request::Read { object, view } => {
                let object = self.kept(object)?;
                let read = self.runtime.try_enter(|vm| Value::view(&object, &view, &Objects, vm))?;
                Ok(read.map_or(Reply::Nothing, Reply::Value))
            }
            Request::Prepare { names } => self.prepare(names).map(Reply::Prepared),
            Request::Take(compiled) => {
                compiler::take(compiled);
                Ok(Reply::Done)
            }
            Request::Run { program, arguments, imports } => self.run(program, arguments, imports),
            Request::Settle => Ok(Reply::Done),
            Request::Freeze { kept, cannot_grow } => {
                Objects::retain(&kept);
                self.runtime.try_enter(|vm| {
                    let gc = raw::pass_through(vm).lookup("gc", vm)?;
                    vm.call_method(&gc, "collect", ()).map(drop)
                })?;
                exocet::compile::forget_compiled_code();
                compiler::is_frozen();
                allocator::is_frozen();
                if cannot_grow {
                    memory::empty_what_is_free();
                }
                Ok(Reply::Done)
            }
        }
    }

    /// The object of that number.
    fn kept(&self, number: u32) -> Result<Object, Error> {
        let kept = self.runtime.enter(|vm| Objects::find(number, vm));
        kept.ok_or_else(|| Error::malformed(format!("there is no object {number}")))
    }

    /// The imports that an object is, or those that the interpreter was started with.
    fn imports(&self, number: Option<u32>) -> Result<Imports, Error> {
        number.map_or_else(|| Ok(self.imports.clone()), |number| self.kept(number).map(Imports::from_object))
    }

    fn load(&self, name: &str, how: How, imports: Option<u32>) -> Result<Object, Error> {
        let imports = self.imports(imports)?;
        match how {
            How::Own => {
                self.realm.as_ref().map_or_else(|| self.runtime.load(name, &imports), |realm| realm.import(name))
            }
            How::Fresh => self.runtime.load(name, &imports),
            How::Package => self.runtime.load_package(name, &imports).map(|realm| realm.object().clone()),
            How::Shared => self.runtime.import(name, &imports),
        }
    }

    fn add(&self, added: Vec<SourceData>) -> Result<(), Error> {
        let mut sources = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        for data in added {
            let (role, place) = (data.role, place(sources.len(), data));
            match role {
                Role::Library => self.runtime.extend_library(place.source.clone()),
                _ => self.runtime.add_shared_source(place.source.clone())?,
            }
            sources.push(place);
        }
        Ok(())
    }

    fn write(&self, source: usize, path: String, content: Option<Content>) -> Result<bool, Error> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        let files = sources.get(source).and_then(|place| place.files.as_ref());
        let files = files.ok_or_else(|| Error::raise("TypeError", "no files can be written there"))?;
        Ok(match content {
            Some(content) => {
                files.insert(path, content.0);
                true
            }
            None => files.remove(&path),
        })
    }

    /// Compiles modules of the sources.
    fn prepare(&self, names: Option<Vec<String>>) -> Result<Vec<Compiled>, Error> {
        let modules = match names {
            Some(names) => {
                let path = self.runtime.search_path()?;
                names.iter().map(|name| path.get(name)).collect::<Result<Vec<_>, _>>()?
            }
            None => self.path().walk_modules().collect::<Result<_, _>>()?,
        };
        let prepared = self.runtime.try_enter(|vm| {
            modules.iter().map(|module| compile_ahead_of_time(module, vm)).collect::<PyResult<Vec<_>>>()
        })?;
        let compiled = prepared.into_iter().flatten();
        Ok(compiled.map(|unit| Compiled { key: unit.key, code: Content(unit.code) }).collect())
    }

    /// The places of the sources.
    fn path(&self) -> SearchPath {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        SearchPath::from_locations(sources.iter().map(|place| Location::root(place.source.clone())))
    }

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
        let object = self.kept(object)?;
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
    fn run(&self, program: Program, arguments: Vec<String>, imports: Option<u32>) -> Result<Reply, Error> {
        let main = match program {
            Program::File { source, path } => {
                let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
                match sources.get(source) {
                    Some(place) => PythonModule::from_source(&place.source, &path, "__main__")?,
                    None => return Err(Error::malformed(format!("there is no source {source}"))),
                }
            }
            Program::Module(name) => {
                let module = self.runtime.search_path()?.get(&name)?;
                if module.is_package() { module.get("__main__")? } else { module }
            }
        };
        self.runtime.try_enter(|vm| {
            let arguments = arguments.into_iter().map(|argument| vm.ctx.new_str(argument).into()).collect();
            vm.sys_module.set_attr("argv", vm.ctx.new_list(arguments), vm)?;
            let mapper = match (&self.realm, imports) {
                (Some(realm), None) => raw::MapperRef::from_object(&*realm.object().raw(vm)?, vm)?,
                _ => self.imports(imports).map_err(|error| error.into_exception(vm))?.mapper(vm)?,
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
