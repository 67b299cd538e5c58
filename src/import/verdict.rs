//! Whether modules load, found out by going through what their texts run, and what those import run.

use super::{
    dry_run::{DryRun, Outcome},
    graph::{scan, steps},
};
use crate::{
    modules::handle::PythonModule,
    syntax::{
        exceptions::Class,
        flow::{Imported, Importer, Run, run},
        imports::Import,
        names::{Cause, Names},
        scan::bound_to,
        steps::Body,
        target,
        value::Value,
    },
};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult,
    builtins::{PyBaseExceptionRef, PyList, PyStr, PyTuple},
};
use std::{collections::HashMap, rc::Rc, sync::Arc};

/// A module as it is loaded: under the mapper, or shared by whoever imports it without one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) is_shared: bool,
}

/// How the load of a module goes.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) run: Run,
    /// What stands in the way of its imports, by their numbers.
    pub(super) obstacles: HashMap<usize, Obstacle>,
    /// Whether it was looked at while a module that it imports was still on its way.
    is_of_a_cycle: bool,
}

/// Why an import fails.
#[derive(Debug, Clone)]
pub(super) enum Obstacle {
    /// There is no such module for the importer.
    Absent,
    /// That module fails.
    Module(Key),
    /// The module has no such name.
    Lacks(String),
}

/// What is known of a module that is to be imported.
enum Module {
    /// It loads, and has these names; none if they aren't known.
    Loads(Option<Names>),
    Fails(Vec<Option<Class>>, Key),
}

/// The verdicts on the modules that a dry run comes by.
pub(super) struct Verdicts<'a> {
    dry: &'a DryRun<'a>,
    bodies: HashMap<Key, Option<Arc<Body>>>,
    known: HashMap<Key, Rc<Verdict>>,
    /// The modules on their way, with the names that they have so far, and the lowest of them that was asked for since.
    running: Vec<(Key, Names)>,
    lowest: usize,
    error: Option<PyBaseExceptionRef>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(dry: &'a DryRun<'a>) -> Self {
        let (bodies, known, running) = (HashMap::new(), HashMap::new(), Vec::new());
        Self { dry, bodies, known, running, lowest: usize::MAX, error: None }
    }

    /// The verdict on a module that is loaded under the mapper, as the first of all.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(super) fn of_root(&mut self, module: &PythonModule) -> PyResult<Option<Rc<Verdict>>> {
        // What depends on the module that a cycle was entered by is found out anew.
        self.known.retain(|_, verdict| !verdict.is_of_a_cycle);
        self.of(module)
    }

    /// The verdict on a module under the mapper; none on one that can't be read.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(super) fn of(&mut self, module: &PythonModule) -> PyResult<Option<Rc<Verdict>>> {
        let key = Key { name: module.name().to_owned(), is_shared: false };
        let _ = self.load(module, &key);
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.known.get(&key).cloned()),
        }
    }

    pub(super) fn known(&self, key: &Key) -> Option<&Rc<Verdict>> {
        self.known.get(key)
    }

    /// What a module that was looked at imports.
    pub(super) fn imports(&self, key: &Key) -> &[Import] {
        self.bodies.get(key).and_then(Option::as_ref).map_or(&[], |body| &body.imports)
    }

    fn load(&mut self, module: &PythonModule, key: &Key) -> Module {
        if let Some(at) = self.running.iter().position(|(running, _)| running == key) {
            self.lowest = self.lowest.min(at);
            return Module::Loads(Some(self.running[at].1.clone()));
        }
        if key.is_shared
            && let Some(names) = self.loaded(&key.name)
        {
            return Module::Loads(Some(names));
        }
        if module.is_native() {
            return Module::Loads(None);
        }
        if !self.known.contains_key(key) {
            let body =
                self.bodies.entry(key.clone()).or_insert_with(|| scan(module).ok().map(|scan| scan.body)).clone();
            // What isn't Python fails as soon as it is compiled.
            let Some(body) = body else { return Module::Fails(vec![Class::builtin("SyntaxError")], key.clone()) };
            let verdict = stacker::maybe_grow(256 << 10, 4 << 20, || self.run(key, &body));
            self.known.insert(key.clone(), Rc::new(verdict));
        }
        let run = &self.known[key].run;
        match run.completes {
            true => Module::Loads(Some(run.names.clone())),
            false => Module::Fails(run.failures.iter().map(|(_, class)| class.clone()).collect(), key.clone()),
        }
    }

    fn run(&mut self, key: &Key, body: &Body) -> Verdict {
        let at = self.running.len();
        self.running.push((key.clone(), Names::default()));
        let outer = std::mem::replace(&mut self.lowest, usize::MAX);
        let mut asking = Asking { verdicts: self, key, obstacles: HashMap::new() };
        let run = run(body, &key.name, !key.is_shared, &mut asking);
        let obstacles = asking.obstacles;
        self.running.pop();
        let is_of_a_cycle = self.lowest < at;
        self.lowest = self.lowest.min(outer);
        Verdict { run, obstacles, is_of_a_cycle }
    }

    /// The names of a module that was loaded before all this.
    fn loaded(&self, name: &str) -> Option<Names> {
        let dict = self.dry.loaded(name)?;
        let mut names = Names::new(false);
        for (key, object) in dict {
            let Some(key) = text(&key) else { continue };
            names.is_open |= &*key == "__getattr__";
            let value = match &*key {
                "__all__" => list(&object),
                _ => target::item(&format!("{name}.{key}")),
            };
            names.bind(&key, value);
        }
        Some(names)
    }

    fn outcome(&mut self, importer: &Key, name: &str) -> Outcome {
        if importer.is_shared {
            return self.dry.shared(name);
        }
        let outcome = self.dry.outcome(&importer.name, name);
        self.kept(outcome)
    }

    /// Puts an error by, to be raised when all calls have come back.
    fn kept(&mut self, outcome: PyResult<Outcome>) -> Outcome {
        outcome.unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            Outcome::Found(None)
        })
    }

    /// What happens to whoever imports what goes by a name.
    fn enter(&mut self, importer: &Key, name: &str, outcome: &Outcome) -> Module {
        let Some(module) = outcome.module() else { return Module::Loads(None) };
        let is_own = self.dry.is_own(&importer.name, name).unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            false
        });
        let is_shared = importer.is_shared || !is_own;
        // What is fresh for this import has a mapper of its own.
        let is_fresh =
            matches!(outcome, Outcome::Overridden { .. }) && self.dry.shared(module.name()).module() != Some(module);
        if is_fresh {
            return Module::Loads(None);
        }
        let key = Key { name: module.name().to_owned(), is_shared };
        match (self.load(module, &key), outcome) {
            // It is not the module of that name, or not all of it.
            (Module::Loads(_), Outcome::Attenuated { .. } | Outcome::Overridden { .. }) => Module::Loads(None),
            (Module::Loads(_), _) if module.name() != name => Module::Loads(None),
            (module, _) => module,
        }
    }
}

/// A module that is on its way, and imports.
struct Asking<'b, 'a> {
    verdicts: &'b mut Verdicts<'a>,
    key: &'b Key,
    obstacles: HashMap<usize, Obstacle>,
}

impl Importer for Asking<'_, '_> {
    fn import(&mut self, number: usize, import: &Import, names: &Names) -> Imported {
        if let Some((_, running)) = self.verdicts.running.last_mut() {
            *running = names.clone();
        }
        match self.get(import) {
            Ok(imported) => imported,
            Err((classes, obstacle)) => {
                self.obstacles.insert(number, obstacle);
                Imported::Fails(classes)
            }
        }
    }

    fn attribute(&self, module: &str, name: &str) -> Option<Value> {
        let is_shared = self.key.is_shared || !self.verdicts.dry.is_own(&self.key.name, module).ok()?;
        let verdict = self.verdicts.known(&Key { name: module.to_owned(), is_shared })?;
        verdict.run.names.value(name).cloned()
    }
}

/// Exceptions, and why they are raised.
type Failure = (Vec<Option<Class>>, Obstacle);

impl Asking<'_, '_> {
    fn get(&mut self, import: &Import) -> Result<Imported, Failure> {
        let mut names = None;
        for step in steps(&import.name) {
            let outcome = self.verdicts.outcome(self.key, step);
            match &outcome {
                Outcome::Denied(_) | Outcome::Missing(_) if step == import.name => {
                    return self.absent(import);
                }
                outcome => names = self.enter(step, outcome)?,
            }
            if matches!(outcome, Outcome::Overridden { .. }) {
                return self.overridden(import);
            }
        }
        match import.item.as_deref() {
            None => Ok(Imported::Found(bound_to(import))),
            Some("*") => self.star(import, names),
            Some(item) => self.item(import, item, names),
        }
    }

    /// Below something else than the module there is what that has.
    fn overridden(&mut self, import: &Import) -> Result<Imported, Failure> {
        let found = self.verdicts.dry.import(&self.key.name, &import.name, import.item.as_deref());
        match (self.verdicts.kept(found.map(|(_, outcome)| outcome)), import.item.as_deref()) {
            (Outcome::Denied(_) | Outcome::Missing(_), _) => Err((vec![Some(Class::missing())], Obstacle::Absent)),
            (_, None) => Ok(Imported::Found(Value::Unknown)),
            (_, Some("*")) => Ok(Imported::Star(None)),
            _ => Ok(Imported::Maybe(Value::Unknown, import_error())),
        }
    }

    /// Of what isn't there for the importer there may be parts.
    fn absent(&mut self, import: &Import) -> Result<Imported, Failure> {
        if import.name == "__future__" && self.key.is_shared {
            return Ok(Imported::Found(Value::Unknown));
        }
        if !self.key.is_shared {
            let found = self.verdicts.dry.import(&self.key.name, &import.name, import.item.as_deref());
            let outcome = self.verdicts.kept(found.map(|(_, outcome)| outcome));
            if !matches!(outcome, Outcome::Denied(_) | Outcome::Missing(_)) {
                return Ok(Imported::Found(Value::Unknown));
            }
        }
        let class = if import.name.starts_with('.') { import_error() } else { Some(Class::missing()) };
        Err((vec![class], Obstacle::Absent))
    }

    fn enter(&mut self, name: &str, outcome: &Outcome) -> Result<Option<Names>, Failure> {
        match self.verdicts.enter(self.key, name, outcome) {
            Module::Loads(names) => Ok(names),
            Module::Fails(classes, key) => Err((classes, Obstacle::Module(key))),
        }
    }

    fn item(&mut self, import: &Import, item: &str, names: Option<Names>) -> Result<Imported, Failure> {
        let has = match &names {
            // Each module has these, of which the text says nothing.
            Some(names) if item.starts_with("__") && item.ends_with("__") => names.has(item).filter(|has| *has),
            Some(names) => names.has(item),
            None => None,
        };
        let value = target::known(&import.dotted()).or_else(|| names.as_ref()?.value(item).cloned());
        let value = value.map(Value::from_outside).filter(|value| !matches!(value, Value::Unknown));
        let value = value.unwrap_or_else(|| bound_to(import));
        let name = format!("{}.{item}", import.name);
        let part = self.verdicts.outcome(self.key, &name);
        match (has, &part) {
            (_, Outcome::Denied(_)) => Err((vec![Some(Class::missing())], Obstacle::Absent)),
            (_, Outcome::Overridden { .. } | Outcome::Attenuated { .. }) => Ok(Imported::Found(Value::Unknown)),
            (Some(true), _) => Ok(Imported::Found(value)),
            (Some(false), Outcome::Missing(_)) => Err((vec![import_error()], Obstacle::Lacks(import.name.clone()))),
            (None, Outcome::Missing(_)) => Ok(Imported::Maybe(value, import_error())),
            (Some(false), part) => {
                self.enter(&name, part)?;
                Ok(Imported::Found(Value::Module(name.as_str().into())))
            }
            (None, part) => match self.enter(&name, part) {
                Ok(_) => Ok(Imported::Found(value)),
                Err((classes, _)) => Ok(Imported::Maybe(value, classes.into_iter().next().flatten())),
            },
        }
    }

    fn star(&mut self, import: &Import, names: Option<Names>) -> Result<Imported, Failure> {
        let Some(names) = names else { return Ok(Imported::Star(None)) };
        let mut taken = Names::new(false);
        let Some(all) = names.value("__all__") else {
            let public = names.iter().filter(|(name, _)| !name.starts_with('_'));
            public.for_each(|(name, value)| taken.bind(name, value.clone()));
            taken.is_open = names.is_open;
            return Ok(Imported::Star(Some(taken)));
        };
        let texts = all.elements().unwrap_or_default();
        taken.is_open = !matches!(all, Value::Sequence(_));
        for text in &texts {
            let Value::Text(item) = text else {
                taken.is_open = true;
                continue;
            };
            match names.has(item) {
                Some(true) => taken.bind(item, names.value(item).cloned().unwrap_or(Value::Unknown)),
                has => {
                    let name = format!("{}.{item}", import.name);
                    match self.verdicts.outcome(self.key, &name) {
                        Outcome::Missing(_) if has == Some(false) => {
                            return Err((vec![Class::builtin("AttributeError")], Obstacle::Lacks(name)));
                        }
                        Outcome::Denied(_) => return Err((vec![Some(Class::missing())], Obstacle::Absent)),
                        part if has == Some(false) => drop(self.enter(&name, &part)?),
                        _ => {}
                    }
                    taken.bind(item, Value::Unknown);
                }
            }
        }
        Ok(Imported::Star(Some(taken)))
    }
}

fn text(object: &PyObject) -> Option<Arc<str>> {
    object.downcast_ref::<PyStr>().map(|text| text.to_string().into())
}

/// The texts of a list or tuple.
fn list(object: &PyObject) -> Value {
    let elements: Vec<PyObjectRef> = match (object.downcast_ref::<PyList>(), object.downcast_ref::<PyTuple>()) {
        (Some(list), _) => list.borrow_vec().to_vec(),
        (_, Some(tuple)) => tuple.as_slice().to_vec(),
        _ => return Value::Unknown,
    };
    Value::Sequence(elements.iter().map(|element| text(element).map_or(Value::Unknown, Value::Text)).collect())
}

fn import_error() -> Option<Class> {
    Class::builtin("ImportError")
}

impl Verdict {
    /// What keeps the module from being loaded.
    pub(super) fn causes(&self) -> impl Iterator<Item = Cause> {
        self.run.failures.iter().map(|(cause, _)| *cause)
    }
}
