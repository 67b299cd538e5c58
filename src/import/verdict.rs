//! Whether modules load, found out by going through what their texts run, and what those import run.

use super::{
    dry_run::{DryRun, Outcome},
    verdict_imports::VerdictImports,
};
use crate::{
    modules::handle::PythonModule,
    syntax::{
        dotted::Dotted,
        exceptions::Class,
        flow::{Run, Site, run, run_functions},
        imports::Import,
        names::{Cause, Names},
        scan,
        steps::Body,
        target,
        value::Value,
    },
};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult,
    builtins::{PyBaseExceptionRef, PyList, PyStr, PyTuple},
};
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

/// A module as it is loaded: under the mapper, or shared by whoever imports it without one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) is_shared: bool,
}

/// What stands in the way of a module's imports, by their numbers.
pub(super) type Obstacles = HashMap<usize, Obstacle>;

/// How the load of a module goes.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) run: Run,
    pub(super) obstacles: Obstacles,
    /// Whether there is a cycle in what it leads to: then it depends on which module that was entered by.
    has_cycle: bool,
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
pub(super) enum Module {
    /// It loads, and has these names; none if they aren't known.
    Loads(Option<Names>),
    Fails(Vec<Option<Class>>, Key),
}

/// The verdicts on the modules that a dry run comes by.
pub(super) struct Verdicts<'a> {
    pub(super) dry: &'a DryRun<'a>,
    bodies: HashMap<Key, Option<Arc<Body>>>,
    known: HashMap<Key, Rc<Verdict>>,
    /// Verdicts that held for an earlier root.
    earlier: HashMap<Key, Rc<Verdict>>,
    /// The modules on their way, with the names that they have so far, and whether one of them was asked for since.
    pub(super) running: Vec<(Key, Names)>,
    has_cycle: bool,
    /// What the modules that were looked at put into tables: perhaps modules, into `sys.modules`.
    pub(super) put: HashSet<String>,
    error: Option<PyBaseExceptionRef>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(dry: &'a DryRun<'a>) -> Self {
        let (bodies, known, earlier, running) = (HashMap::new(), HashMap::new(), HashMap::new(), Vec::new());
        Self { dry, bodies, known, earlier, running, has_cycle: false, put: HashSet::new(), error: None }
    }

    /// Goes on in another context. What is known of the modules that no mapper sees holds there, too.
    pub(super) fn within<'b>(mut self, dry: &'b DryRun<'b>) -> Verdicts<'b> {
        self.bodies.retain(|key, _| key.is_shared);
        self.known.retain(|key, _| key.is_shared);
        Verdicts { bodies: self.bodies, known: self.known, put: self.put, ..Verdicts::new(dry) }
    }

    /// Finds out about a module that is loaded under the mapper, as the first of all.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(super) fn judge(&mut self, module: &PythonModule) -> PyResult<()> {
        // What depends on where a cycle was entered is found out anew.
        self.earlier.extend(self.known.extract_if(|_, verdict| verdict.has_cycle));
        let key = Key { name: module.name().to_owned(), is_shared: false };
        // In a package or a realm, the packages that it lies in come first.
        for parent in Dotted(module.name()).prefixes().filter(|parent| *parent != module.name()) {
            if self.dry.is_own(module.name(), parent)? {
                let outcome = self.outcome(&key, parent);
                let _ = self.enter(&key, parent, &outcome);
            }
        }
        let _ = self.load(module, &key);
        self.error.take().map_or(Ok(()), Err)
    }

    /// The verdict on a module under the mapper, by which root it was ever come to; none on one that can't be read.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(super) fn of(&mut self, module: &PythonModule) -> PyResult<Option<Rc<Verdict>>> {
        let key = Key { name: module.name().to_owned(), is_shared: false };
        if self.known(&key).is_none() {
            let _ = self.load(module, &key);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.known(&key).cloned()),
        }
    }

    pub(super) fn known(&self, key: &Key) -> Option<&Rc<Verdict>> {
        self.known.get(key).or_else(|| self.earlier.get(key))
    }

    /// What a module that was looked at imports.
    pub(super) fn imports(&self, key: &Key) -> &[Import] {
        self.bodies.get(key).and_then(Option::as_ref).map_or(&[], |body| &body.imports)
    }

    /// What is known of the imports of a module when its functions are called, too, and what stands in their way.
    ///
    /// # Errors
    /// What the mapper raises.
    pub(super) fn with_functions(&mut self, key: &Key, verdict: &Verdict) -> PyResult<(Vec<Site>, Obstacles)> {
        let Some(Some(body)) = self.bodies.get(key).cloned() else { return Ok(Default::default()) };
        self.running.push((key.clone(), verdict.run.names.clone()));
        let mut imports = VerdictImports::new(self, key);
        let sites = run_functions(&body, &verdict.run, &mut imports);
        let mut obstacles = imports.obstacles;
        self.running.pop();
        obstacles.extend(verdict.obstacles.clone());
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok((sites, obstacles)),
        }
    }

    fn load(&mut self, module: &PythonModule, key: &Key) -> Module {
        if let Some(at) = self.running.iter().position(|(running, _)| running == key) {
            self.has_cycle = true;
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
            let body = self.bodies.entry(key.clone()).or_insert_with(|| body(module)).clone();
            // What isn't Python fails as soon as it is compiled.
            let Some(body) = body else { return Module::Fails(vec![Class::builtin("SyntaxError")], key.clone()) };
            let verdict = stacker::maybe_grow(256 << 10, 4 << 20, || self.run(key, &body));
            self.known.insert(key.clone(), Rc::new(verdict));
        }
        let Verdict { run, has_cycle, .. } = &*self.known[key];
        self.has_cycle |= has_cycle;
        match run.completes {
            true => Module::Loads(Some(run.names.clone())),
            false => Module::Fails(run.classes.clone(), key.clone()),
        }
    }

    fn run(&mut self, key: &Key, body: &Body) -> Verdict {
        self.running.push((key.clone(), Names::default()));
        self.put.extend(body.puts.iter().cloned());
        let outer = std::mem::take(&mut self.has_cycle);
        let mut imports = VerdictImports::new(self, key);
        let run = run(body, &key.name, &mut imports);
        let obstacles = imports.obstacles;
        self.running.pop();
        let has_cycle = self.has_cycle;
        self.has_cycle |= outer;
        Verdict { run, obstacles, has_cycle }
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

    pub(super) fn outcome(&mut self, importer: &Key, name: &str) -> Outcome {
        if importer.is_shared {
            return self.dry.shared(name);
        }
        let outcome = self.dry.outcome(&importer.name, name);
        self.kept(outcome)
    }

    /// Puts an error by, to be raised when all calls have come back.
    pub(super) fn kept(&mut self, outcome: PyResult<Outcome>) -> Outcome {
        outcome.unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            Outcome::Found(None)
        })
    }

    /// What happens to whoever imports what goes by a name.
    pub(super) fn enter(&mut self, importer: &Key, name: &str, outcome: &Outcome) -> Module {
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

impl Verdict {
    /// What keeps the module from being loaded.
    pub(super) fn causes(&self) -> impl Iterator<Item = Cause> {
        self.run.failures.iter().map(|failure| failure.cause)
    }
}

/// The text of a module as steps; none of one that can't be read.
fn body(module: &PythonModule) -> Option<Arc<Body>> {
    let text = module.text().ok()?.unwrap_or_default();
    scan::steps(&text, module.name(), module.is_package()).ok().map(Arc::new)
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
