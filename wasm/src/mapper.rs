//! Mappers for JavaScript.

use super::{Answer, Loader, host, sources, value};
use exocet::{
    Error, Imports, Mapper, Object, Policy, Request, mapper,
    mapper::{Attenuation, Item},
    modules::SearchPath,
    policy::Form,
    raw::{self, MapperRef},
};
use js_sys::{Array, Reflect};
use rustpython_vm::{PyResult, VirtualMachine};
use serde::Serialize;
use slab::Slab;
use std::{cell::RefCell, fmt};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Loader {
    /// Imports as `import` itself has them.
    #[wasm_bindgen(js_name = "passThrough")]
    pub fn pass_through(&self) -> u32 {
        self.keep_mapper(Imports::pass_through())
    }

    /// No imports at all.
    pub fn empty(&self) -> u32 {
        self.keep_mapper(Imports::none())
    }

    /// A mapper that is a Python object, with `lookup`.
    #[wasm_bindgen(js_name = "mapperOf")]
    pub fn mapper_of(&self, object: u32) -> Answer<u32> {
        self.made(|vm| MapperRef::from_object(&*super::kept(object, vm)?, vm))
    }

    /// Puts values before a mapper, given as `[name, value]`.
    #[wasm_bindgen(js_name = "with")]
    pub fn with_values(&self, mapper: u32, values: &Array) -> Answer<u32> {
        let base = self.mapper(mapper)?;
        self.made(|vm| {
            let overrides = vm.ctx.new_dict();
            for entry in values.iter() {
                let entry = Array::from(&entry);
                let name = entry.get(0).as_string().unwrap_or_default();
                overrides.set_item(&*name, value::to_module(&name, &entry.get(1), vm)?, vm)?;
            }
            Ok(base.mapper(vm)?.with_overrides(overrides, vm))
        })
    }

    /// Denies these names and what is below them.
    pub fn without(&self, mapper: u32, names: Vec<String>) -> Answer<u32> {
        Ok(self.keep_mapper(self.mapper(mapper)?.without(names)))
    }

    /// Puts another module's name in place of a name.
    pub fn rename(&self, mapper: u32, name: &str, other: String) -> Answer<u32> {
        let base = self.mapper(mapper)?;
        self.made(|vm| Ok(raw::chain([raw::redirect([(name.to_owned(), other)], vm), base.mapper(vm)?], vm)))
    }

    /// Asks a function of JavaScript's before a mapper.
    pub fn ask(&self, mapper: u32, function: JsValue) -> Answer<u32> {
        let base = self.mapper(mapper)?;
        let path = self.path();
        self.made(|vm| Ok(raw::chain([MapperRef::new(Asked { function, path }, vm), base.mapper(vm)?], vm)))
    }

    /// Limits a mapper to what a policy allows.
    #[wasm_bindgen(js_name = "withPolicy")]
    pub fn with_policy(&self, mapper: u32, policy: JsValue) -> Answer<u32> {
        let base = self.mapper(mapper)?;
        let policy: Policy = self.in_python(|_| {
            let form = serde_wasm_bindgen::from_value::<Form>(policy);
            form.map(Policy::from).map_err(|error| Error::malformed(error.to_string()))
        })?;
        Ok(self.keep_mapper(base.with_policy(policy)))
    }

    /// A realm of these modules.
    pub fn realm(&self, mapper: u32, names: Vec<String>) -> Answer<u32> {
        let realm = self.runtime.realm(names, &self.mapper(mapper)?);
        realm.map(|realm| self.keep_mapper(realm.imports())).map_err(|error| self.raise(error))
    }

    /// A realm of all that is in these sources.
    #[wasm_bindgen(js_name = "realmOf")]
    pub fn realm_of(&self, mapper: u32, sources: &Array) -> Answer<u32> {
        let base = self.mapper(mapper)?;
        let path = sources::path_of(&sources::open_all(sources)?);
        let realm = self.runtime.realm_of(&path, &base);
        realm.map(|realm| self.keep_mapper(realm.imports())).map_err(|error| self.raise(error))
    }

    /// Whether a mapper has a name; nothing is imported to find out.
    pub fn contains(&self, mapper: u32, name: &str) -> Answer<bool> {
        let mapper = self.mapper(mapper)?;
        self.enter(|vm| mapper.mapper(vm)?.contains(name, vm))
    }

    /// Names that were given to a mapper and that nobody ever asked for.
    pub fn unused(&self, mapper: u32) -> Answer<Vec<String>> {
        let mapper = self.mapper(mapper)?;
        self.runtime.unused(&mapper).map_err(|error| self.raise(error))
    }

    /// Lets a mapper go.
    #[wasm_bindgen(js_name = "letMapperGo")]
    pub fn let_mapper_go(&self, mapper: u32) {
        let gone = MAPPERS.with_borrow_mut(|mappers| mappers.try_remove(mapper as usize));
        drop(gone);
    }
}

thread_local! {
    /// The mappers that JavaScript holds, as the descriptions that become mappers in the runtime.
    static MAPPERS: RefCell<Slab<Imports>> = const { RefCell::new(Slab::new()) };
}

fn kept_mapper(id: u32) -> Option<Imports> {
    MAPPERS.with_borrow(|mappers| mappers.get(id as usize).cloned())
}

impl Loader {
    pub(super) fn mapper(&self, id: u32) -> Answer<Imports> {
        kept_mapper(id).ok_or_else(|| js_sys::ReferenceError::new("the mapper was let go").into())
    }

    fn keep_mapper(&self, imports: Imports) -> u32 {
        let id = MAPPERS.with_borrow_mut(|mappers| mappers.insert(imports));
        u32::try_from(id).expect("there are not so many mappers in 32 bits of memory")
    }

    fn made(&self, make: impl FnOnce(&VirtualMachine) -> PyResult<MapperRef>) -> Answer<u32> {
        let made = self.in_python(|vm| {
            let mapper = make(vm).map_err(|exception| Error::from_exception(exception, vm))?;
            Object::new(mapper, vm).map(Imports::from_object)
        })?;
        Ok(self.keep_mapper(made))
    }
}

/// A function of JavaScript's that answers as a mapper does.
struct Asked {
    function: JsValue,
    path: SearchPath,
}

/// What it is asked; `Request` of the package's `imports.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    name: &'a str,
    written: &'a str,
    level: usize,
    names: Vec<String>,
    item: Option<&'static str>,
    is_probe: bool,
    importer: Option<String>,
    line: Option<usize>,
}

impl Asked {
    /// The answer that an object of JavaScript's is, `Answer` of the package's `imports.ts`.
    fn answer(&self, answered: &JsValue, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<mapper::Answer> {
        let field = |name: &str| Reflect::get(answered, &name.into()).unwrap_or_default();
        let wrong = |what: &str| vm.new_type_error(format!("the mapper's answer for `{}` {what}", request.name()));
        let text = |name: &str| field(name).as_string().ok_or_else(|| wrong(&format!("needs a `{name}`, a string")));
        let kind = field("kind").as_string().unwrap_or_default();
        Ok(match kind.as_str() {
            "object" => mapper::Answer::object(value::to_module(request.name(), &field("value"), vm)?),
            "load" => {
                let name = text("name")?;
                let found = self.path.get(&name);
                let module = found.or_else(|missing| match raw::search_path(vm) {
                    Ok(path) => path.get(&name),
                    Err(_) => Err(missing),
                });
                let module = module.map_err(|error| error.into_exception(vm))?;
                let under = field("mapper").as_f64().and_then(|id| kept_mapper(id as u32));
                match under {
                    Some(under) => mapper::Answer::load_under(module, under.mapper(vm)?),
                    None => mapper::Answer::load(module),
                }
            }
            "rename" => mapper::Answer::rename(text("name")?),
            "attenuated" => {
                let only = Array::from(&field("only")).iter().filter_map(|name| name.as_string()).collect::<Vec<_>>();
                let whole = self.answer(&field("of"), request, vm)?;
                mapper::Answer::attenuated(whole, Attenuation::only(only, RULE))
            }
            "pass-through" => mapper::Answer::PassThrough,
            "not-mine" => mapper::Answer::NotMine,
            "denied" => mapper::Answer::denied(text("reason")?),
            _ => return Err(wrong("is none: its `kind` is not one of those that there are")),
        })
    }
}

/// By what such a function answers.
const RULE: &str = "a function of the host's";

impl Mapper for Asked {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<mapper::Answer> {
        let question = Question {
            name: request.name(),
            written: request.written(),
            level: request.level(),
            names: request.names(),
            item: request.item().map(|item| match item {
                Item::Absent => "absent",
                Item::Module => "module",
                Item::Value => "value",
            }),
            is_probe: request.is_probe(),
            importer: request.importer(vm),
            line: request.line(vm),
        };
        let question = host::plain(&question).map_err(|error| vm.new_value_error(error.to_string()))?;
        let answered = host::with(|host| host.call(&self.function, Array::of1(&question))).into_result(vm)?;
        let answered = answered.filter(|answered| !answered.is_null_or_undefined());
        let Some(answered) = answered else { return Ok(mapper::Answer::NotMine) };
        request.explain(|| RULE.to_owned());
        self.answer(&answered, request, vm)
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(RULE)
    }
}
