//! What imports would get, found out without running any code.

use crate::{
    error::Error,
    interpreter::{importlib::sys_modules, sources::search_path},
    mapper::{
        contract::Answer,
        reference::MapperRef,
        renames::{Followed, follow},
        request::Request,
    },
    modules::{
        handle::{Kind, PythonModule},
        search_path::SearchPath,
    },
    syntax::{dotted::Dotted, identifiers::is_module_name},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyStr},
};
use std::{cell::RefCell, collections::HashMap};

/// A mapper that is asked about names, and the places that it passes names through to. Nothing is loaded.
///
/// It knows modules, and not what they hold: that `from m import x` finds no `x` in `m`, it doesn't find out. Nor does it know
/// what code asks for by itself, as `importlib.import_module(name)` does.
pub struct DryRun<'a> {
    mapper: MapperRef,
    path: SearchPath,
    realm: Option<SearchPath>,
    packages: Vec<PythonModule>,
    /// By name, and by importer where that makes a difference.
    known: RefCell<HashMap<(String, Option<String>), Outcome>>,
    vm: &'a VirtualMachine,
}

/// What an import of a name would get.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// What goes by that name: a module that can be looked at, or the interpreter's own.
    Found(Option<PythonModule>),
    /// Some names of a module.
    #[non_exhaustive]
    Attenuated {
        /// The names.
        names: String,
        /// The module, if it can be looked at.
        module: Option<PythonModule>,
    },
    /// Something else, which is a module's or else an object.
    #[non_exhaustive]
    Overridden {
        /// What it is, in words.
        by: String,
        /// The module, if it can be looked at.
        module: Option<PythonModule>,
    },
    /// Nothing, for the mapper's reason.
    Denied(String),
    /// Nothing, since nobody has it.
    Missing(String),
    /// Nothing, since it fails when it runs, or since the module has no such name.
    Fails(String),
}

impl Outcome {
    /// The module that the importer gets, if it is one that can be looked at.
    #[must_use]
    pub fn module(&self) -> Option<&PythonModule> {
        match self {
            Outcome::Found(module) | Outcome::Overridden { module, .. } | Outcome::Attenuated { module, .. } => {
                module.as_ref()
            }
            Outcome::Denied(_) | Outcome::Missing(_) | Outcome::Fails(_) => None,
        }
    }
}

impl<'a> DryRun<'a> {
    /// Asks `mapper`, and looks on the interpreter's search path for what it passes through.
    ///
    /// # Errors
    /// `sys.path` that is no list.
    pub fn new(mapper: MapperRef, vm: &'a VirtualMachine) -> PyResult<Self> {
        let (realm, packages) = (None, Vec::new());
        Ok(Self { mapper, path: search_path(vm)?, realm, packages, known: RefCell::default(), vm })
    }

    /// Puts all that is on `path` into a realm under the mapper.
    #[must_use]
    pub fn realm(self, path: SearchPath) -> Self {
        Self { realm: Some(path), ..self }
    }

    /// The same, where each package among these modules is loaded: to its own modules it is a realm of one package.
    #[must_use]
    pub fn packages<'b>(&self, modules: impl IntoIterator<Item = &'b PythonModule>) -> Self {
        let packages = modules.into_iter().filter(|module| module.is_package()).cloned().collect();
        let (mapper, path, realm) = (self.mapper.clone(), self.path.clone(), self.realm.clone());
        Self { mapper, path, realm, packages, known: RefCell::default(), vm: self.vm }
    }

    /// The search path of whatever is passed through.
    #[must_use]
    pub fn path(&self) -> &SearchPath {
        &self.path
    }

    /// Whether the name is of the realm's own modules.
    #[must_use]
    pub fn is_inside(&self, name: &str) -> bool {
        self.realm.as_ref().is_some_and(|realm| realm.get(name).is_ok()) && self.is_of_realm(name).unwrap_or(true)
    }

    /// Whether the realm has the top-level package of the name, and does not leave it to the mapper.
    fn is_of_realm(&self, name: &str) -> PyResult<bool> {
        let top = Dotted(name).top();
        Ok(match self.realm.as_ref().map(|realm| realm.get(top)) {
            Some(Ok(module)) => module.kind() != Kind::Namespace || !self.mapper.has_regular(top, self.vm)?,
            Some(Err(_)) | None => false,
        })
    }

    /// What an import statement of `importer` gets that asks for a module, or for an item of one; and the name that it
    /// depends on.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn import(&self, importer: &str, module: &str, item: Option<&str>) -> PyResult<(String, Outcome)> {
        let own = match self.outcome(importer, module)? {
            // To the compiler this is no import but a directive; only a denial means it.
            Outcome::Missing(_) if module == "__future__" => self.on_path(module),
            own => own,
        };
        let own = (module.to_owned(), own);
        let Some(item) = item.filter(|item| *item != "*" && is_module_name(module)) else { return Ok(own) };
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

    /// What an import of a name gets where no mapper is asked.
    pub(super) fn shared(&self, name: &str) -> Outcome {
        match is_module_name(name) {
            true => self.on_path(name),
            false => Outcome::Missing("it leads beyond the top-level package".to_owned()),
        }
    }

    /// Whether it is among the builtins.
    pub(super) fn has_builtin(&self, name: &str) -> bool {
        self.vm.builtins.dict().contains_key(name, self.vm)
    }

    /// The names of a module that the interpreter has loaded already.
    pub(super) fn loaded(&self, name: &str) -> Option<PyDictRef> {
        let module = sys_modules(self.vm).ok()?.get_item_opt(name, self.vm).ok()??;
        module.dict()
    }

    /// What an import of the name by `importer` gets.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn outcome(&self, importer: &str, name: &str) -> PyResult<Outcome> {
        let depends = self.mapper.depends_on_importer() || self.package_of(importer).is_some();
        let key = (name.to_owned(), depends.then(|| importer.to_owned()));
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(known.clone());
        }
        let outcome = self.ask(importer, name)?;
        self.known.borrow_mut().insert(key, outcome.clone());
        Ok(outcome)
    }

    fn ask(&self, importer: &str, asked: &str) -> PyResult<Outcome> {
        if !is_module_name(asked) {
            return Ok(Outcome::Missing("it leads beyond the top-level package".to_owned()));
        }
        let answer = self.answer(importer, asked)?;
        let followed = follow(asked, answer, |other| self.answer(importer, other))?;
        let Some(Followed { name, answer, attenuations }) = followed else {
            return Ok(Outcome::Missing("its renames go in circles".to_owned()));
        };
        let names = || attenuations.iter().map(|(_, names)| names.to_string()).collect::<Vec<_>>().join(", of ");
        let shown = (!attenuations.is_empty()).then(names);
        let found = match answer {
            Answer::NotMine if self.is_own(importer, &name)? => self.own(importer, &name),
            // Renames and attenuations were followed.
            Answer::NotMine | Answer::Rename { .. } | Answer::Attenuated { .. } => {
                Outcome::Missing("no mapper has it".to_owned())
            }
            Answer::PassThrough => self.on_path(&name),
            Answer::Object { object } => return Ok(Outcome::Overridden { by: self.file(&object)?, module: None }),
            Answer::Load { module, .. } => {
                return Ok(Outcome::Overridden { by: format!("a fresh `{module}`"), module: Some(module) });
            }
            Answer::Denied { reason } => Outcome::Denied(reason),
        };
        Ok(match (found, shown) {
            (Outcome::Found(module), Some(names)) => Outcome::Attenuated { names, module },
            (found, _) if name == asked => found,
            (Outcome::Found(module), None) => Outcome::Overridden { by: format!("`{name}`"), module },
            (Outcome::Missing(why), _) => Outcome::Missing(format!("it is overridden by `{name}`: {why}")),
            (found, _) => found,
        })
    }

    /// The package that the importing module was loaded with.
    fn package_of(&self, importer: &str) -> Option<&PythonModule> {
        self.packages.iter().find(|package| Dotted(importer).is_within(package.name()))
    }

    /// Whether the name is of the importer's realm, which is asked for it before the mapper.
    pub(super) fn is_own(&self, importer: &str, name: &str) -> PyResult<bool> {
        let of_package = self.package_of(importer).is_some_and(|package| Dotted(name).is_within(package.name()));
        Ok(of_package || self.is_of_realm(name)?)
    }

    /// What the mapper answers; `NotMine` where it leaves a name to the importer's realm.
    fn answer(&self, importer: &str, name: &str) -> PyResult<Answer> {
        let request = Request::probe(name).from_module(importer);
        if self.is_own(importer, name)? {
            return Ok(self.mapper.enforce(&request, self.vm)?.unwrap_or(Answer::NotMine));
        }
        self.mapper.map(&request, self.vm)
    }

    /// What goes by a name in the realm of the importer.
    fn own(&self, importer: &str, name: &str) -> Outcome {
        let package = self.package_of(importer).filter(|package| Dotted(name).is_within(package.name()));
        match (package, package.and_then(|package| Dotted(name).below(package.name()))) {
            (Some(package), Some(below)) => found(package.get(below)),
            (Some(package), None) => Outcome::Found(Some(package.clone())),
            (None, _) => found(self.realm.as_ref().unwrap_or(&self.path).get(name)),
        }
    }

    fn on_path(&self, name: &str) -> Outcome {
        let outcome = found(self.path.get(name));
        if !matches!(outcome, Outcome::Missing(_)) {
            return outcome;
        }
        if let Some(maker) = self.maker(name) {
            return Outcome::Found(Some(maker));
        }
        match sys_modules(self.vm).is_ok_and(|modules| modules.contains_key(name, self.vm)) {
            true => Outcome::Found(None),
            false => outcome,
        }
    }

    /// The module above `name` that makes what goes by it while it runs, as `os` does `os.path`: it puts that very name
    /// into `sys.modules`, or has a `__path__` of its own making.
    fn maker(&self, name: &str) -> Option<PythonModule> {
        let nearest = Dotted(name).prefixes().rev().skip(1).find_map(|parent| self.path.get(parent).ok())?;
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
fn found(found: Result<PythonModule, Error>) -> Outcome {
    match found {
        Ok(module) => Outcome::Found(Some(module)),
        Err(error) => {
            let message = error.to_string();
            let why = message.split_once(": ").filter(|_| error.is_not_found()).map(|(_, why)| why.to_owned());
            Outcome::Missing(why.unwrap_or(message))
        }
    }
}
