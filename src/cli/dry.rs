//! What imports would get, known without running any code.

use super::{Failure, plan::Plan};
use exocet::{
    Answer, MapperRef, PythonModule, Request, SearchPath, is_dotted_name,
    vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr},
};
use std::{cell::RefCell, collections::HashMap};

/// How often a name may be renamed, as in a run.
pub(crate) const RENAMES: usize = 32;

/// A mapper that is asked about names, and the places that it passes names through to.
pub(crate) struct Dry<'a> {
    mapper: MapperRef,
    path: SearchPath,
    realm: Option<SearchPath>,
    /// By name, and by importer where that makes a difference.
    known: RefCell<HashMap<(String, Option<String>), Outcome>>,
    vm: &'a VirtualMachine,
}

/// What an import of a name would get.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// What goes by that name: a module that can be looked at, or the interpreter's own.
    Found(Option<PythonModule>),
    /// Part of a module.
    Part { what: String, module: Option<PythonModule> },
    /// Something else, which is a module's or else an object.
    Overridden { by: String, module: Option<PythonModule> },
    /// Nothing, for the mapper's reason.
    Denied(String),
    /// Nothing, since nobody has it.
    Missing(String),
}

impl Outcome {
    /// The module that the importer gets, if it is one that can be looked at.
    pub(crate) fn module(&self) -> Option<&PythonModule> {
        match self {
            Outcome::Found(module) | Outcome::Overridden { module, .. } | Outcome::Part { module, .. } => {
                module.as_ref()
            }
            Outcome::Denied(_) | Outcome::Missing(_) => None,
        }
    }
}

impl<'a> Dry<'a> {
    /// Asks the mapper of `plan` on top of `base`. In a realm, what is on its search path is inside.
    pub(crate) fn new(
        plan: &Plan,
        base: MapperRef,
        realm: Option<SearchPath>,
        vm: &'a VirtualMachine,
    ) -> Result<Self, Failure> {
        let raise = |error| Failure::raised(&error, vm);
        let mapper = plan.dry_mapper(base, vm).map_err(raise)?;
        let path = exocet::search_path(vm).map_err(raise)?;
        plan.check(&path)?;
        Ok(Self { mapper, path, realm, known: RefCell::default(), vm })
    }

    /// The search path of whatever is passed through.
    pub(crate) fn path(&self) -> &SearchPath {
        &self.path
    }

    /// Whether the name is of the realm's own modules.
    pub(crate) fn is_inside(&self, name: &str) -> bool {
        self.realm.as_ref().is_some_and(|realm| realm.get(name).is_ok())
    }

    /// The mapper that is asked.
    pub(crate) fn mapper(&self) -> &MapperRef {
        &self.mapper
    }

    /// What an import statement of `importer` gets that asks for a module, or for an item of one. Gives the name that it
    /// depends on, too.
    pub(crate) fn import(
        &self,
        importer: &str,
        module: &str,
        item: Option<&str>,
    ) -> Result<(String, Outcome), Failure> {
        let own = match self.outcome(importer, module)? {
            // To the compiler this is no import but a directive; only a denial means it.
            Outcome::Missing(_) if module == "__future__" => self.on_path(module),
            own => own,
        };
        let own = (module.to_owned(), own);
        let Some(item) = item.filter(|item| *item != "*" && is_dotted_name(module)) else { return Ok(own) };
        if matches!(own.1, Outcome::Overridden { module: None, .. }) {
            // Then an item is what the object has as an attribute.
            return Ok(own);
        }
        let name = format!("{module}.{item}");
        let part = self.outcome(importer, &name)?;
        let absent = own.1.module().is_none();
        Ok(match part {
            // It may be an attribute.
            Outcome::Missing(_) => own,
            Outcome::Denied(_) if absent => own,
            // A bare parent is made for what is replaced below it, and for nothing else.
            Outcome::Found(_) if absent => own,
            part => (name, part),
        })
    }

    /// What an import of the name by `importer` gets.
    pub(crate) fn outcome(&self, importer: &str, name: &str) -> Result<Outcome, Failure> {
        let key = (name.to_owned(), self.mapper.by_importer().then(|| importer.to_owned()));
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(known.clone());
        }
        let outcome = self.ask(importer, name).map_err(|error| Failure::raised(&error, self.vm))?;
        self.known.borrow_mut().insert(key, outcome.clone());
        Ok(outcome)
    }

    fn ask(&self, importer: &str, asked: &str) -> PyResult<Outcome> {
        if !is_dotted_name(asked) {
            return Ok(Outcome::Missing("it leads beyond the top-level package".to_owned()));
        }
        let mut name = asked.to_owned();
        for _ in 0..RENAMES {
            let (answer, part) = match self.answer(importer, &name)? {
                Some(Answer::Part(whole, part)) => (Some(*whole), Some(part.to_string())),
                answer => (answer, None),
            };
            let found = match answer {
                None => self.on_realm(&name),
                // Part of what the realm has.
                Some(Answer::NotMine) if part.is_some() => self.on_realm(&name),
                Some(Answer::PassThrough) => self.on_path(&name),
                Some(Answer::Part(..)) => Outcome::Missing("it is a part of a part".to_owned()),
                Some(Answer::Rename(other)) => {
                    name = other;
                    continue;
                }
                Some(Answer::Object(object)) => {
                    return Ok(Outcome::Overridden { by: self.file(&object)?, module: None });
                }
                Some(Answer::Load(module, _)) => {
                    return Ok(Outcome::Overridden { by: format!("a fresh `{module}`"), module: Some(module) });
                }
                Some(Answer::Denied(why)) => Outcome::Denied(why),
                Some(Answer::NotMine) => Outcome::Missing("no mapper has it".to_owned()),
            };
            return Ok(match found {
                Outcome::Found(module) if part.is_some() => Outcome::Part { what: part.unwrap_or_default(), module },
                found if name == asked => found,
                Outcome::Found(module) => Outcome::Overridden { by: format!("`{name}`"), module },
                Outcome::Missing(why) => Outcome::Missing(format!("it is overridden by `{name}`: {why}")),
                found => found,
            });
        }
        Ok(Outcome::Missing("its renames go in circles".to_owned()))
    }

    /// What the mapper answers; `None` for a name that is the realm's own.
    fn answer(&self, importer: &str, name: &str) -> PyResult<Option<Answer>> {
        let request = Request::probe(name).from_module(importer);
        if let Some(realm) = &self.realm {
            if let Some(answer) = self.mapper.insist(&request, self.vm)? {
                return Ok(Some(answer));
            }
            let top = name.split('.').next().unwrap_or(name);
            if realm.get(top).is_ok() {
                return Ok(None);
            }
        }
        self.mapper.map(&request, self.vm).map(Some)
    }

    fn on_realm(&self, name: &str) -> Outcome {
        found(self.realm.as_ref().unwrap_or(&self.path).get(name))
    }

    fn on_path(&self, name: &str) -> Outcome {
        let outcome = found(self.path.get(name));
        if !matches!(outcome, Outcome::Missing(_)) {
            return outcome;
        }
        if let Some(maker) = self.maker(name) {
            return Outcome::Found(Some(maker));
        }
        let modules = self.vm.sys_module.get_attr("modules", self.vm);
        match modules.and_then(|modules| self.vm._contains(&modules, self.vm.ctx.new_str(name).as_object())) {
            Ok(true) => Outcome::Found(None),
            _ => outcome,
        }
    }

    /// The module above `name` that makes what goes by it while it runs, as `os` does `os.path`: it puts that very name
    /// into `sys.modules`, or has a `__path__` of its own making.
    fn maker(&self, name: &str) -> Option<PythonModule> {
        let parents = name.rmatch_indices('.').map(|(at, _)| &name[..at]);
        let nearest = parents.into_iter().find_map(|parent| self.path.get(parent).ok())?;
        let text = nearest.text().ok().flatten()?;
        let puts_it = ['\'', '"'].iter().any(|quote| text.contains(&format!("modules[{quote}{name}{quote}]")));
        let has_path = || nearest.attributes().is_ok_and(|names| names.iter().any(|name| name == "__path__"));
        (puts_it || has_path()).then_some(nearest)
    }

    /// The file that an overriding object stands for.
    fn file(&self, object: &PyObjectRef) -> PyResult<String> {
        let file = self.vm.get_attribute_opt(object.as_object(), "__file__")?;
        Ok(match file.as_ref().and_then(|file| file.downcast_ref::<PyStr>()) {
            Some(file) => format!("`{file}`"),
            None => "an object".to_owned(),
        })
    }
}

/// A module, or where it was looked for.
fn found(found: Result<PythonModule, exocet::Error>) -> Outcome {
    match found {
        Ok(module) => Outcome::Found(Some(module)),
        Err(error) => {
            let message = error.to_string();
            let why = message.split_once(": ").filter(|_| error.is_not_found()).map(|(_, why)| why.to_owned());
            Outcome::Missing(why.unwrap_or(message))
        }
    }
}
