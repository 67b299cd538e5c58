//! Locks: what ran once, so that nothing else runs again.

use super::rules::{Policy, Rule};
#[cfg(feature = "toml")]
use crate::error::Error;
use crate::{
    mapper::{
        contract::{Answer, Below, Mapper, Verdict},
        reference::MapperRef,
        request::Request,
    },
    modules::handle::PythonModule,
    observe::{
        observer::Observer,
        record::{Code, Event},
    },
    source::embedded,
    syntax::dotted::Dotted,
};
use rustpython_vm::{PyResult, VirtualMachine};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The modules that ran, each with a hash of its file, what else became code, and what each importer asked for and got.
///
/// It is made of a record of what a runtime did, and is then two things: an [`Observer`] that lets no other code run, and by
/// [`mapper`](Self::mapper) a mapper that answers nothing else.
///
/// ```
/// use exocet::{Imports, Memory, Runtime, observe::EventLog, policy::Lockfile};
///
/// let text = "def greet():\n    return 'hello'";
/// let log = EventLog::new();
/// let source = Memory::new("<app>").with("app.py", "import lib\nword = lib.greet()").with("lib.py", text);
/// let runtime = Runtime::builder().source(source).observer(log.clone()).build()?;
/// runtime.realm(["app", "lib"], &Imports::pass_through())?.import("app")?;
/// let lock = Lockfile::of(&log.events());
///
/// let changed = Memory::new("<app>").with("app.py", "import lib\nword = lib.greet()").with("lib.py", "import os");
/// let runtime = Runtime::builder().source(changed).observer(lock).build()?;
/// let error = runtime.realm(["app", "lib"], &Imports::pass_through())?.import("app").unwrap_err();
/// assert!(error.to_string().contains("'lib' is refused: it has changed since it was locked"));
/// # Ok::<(), exocet::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    modules: BTreeMap<String, BTreeSet<Option<String>>>,
    /// What became code and was no module: hashes by the last part of the file's name.
    code: BTreeMap<String, BTreeSet<String>>,
    /// By importer, which is empty where no module asked, and name.
    decisions: BTreeMap<(String, String), Verdict>,
}

/// The form in which a lock is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    #[serde(default, rename = "module")]
    modules: Vec<ModuleForm>,
    #[serde(default, rename = "code", skip_serializing_if = "Vec::is_empty")]
    code: Vec<CodeForm>,
    #[serde(default, rename = "decision")]
    decisions: Vec<DecisionForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModuleForm {
    name: String,
    /// Absent for what has no file of its own: what is embedded or built in, and namespace packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    file: String,
    hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionForm {
    importer: String,
    name: String,
    answer: Verdict,
}

/// The version of the form.
const VERSION: u32 = 1;

impl Lockfile {
    fn empty() -> Self {
        Self { modules: BTreeMap::new(), code: BTreeMap::new(), decisions: BTreeMap::new() }
    }

    /// The lock of what these events report.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let mut lock = Self::empty();
        // A name that nobody found is no module, and was not given.
        let missing: BTreeSet<&str> = events.iter().filter_map(not_found).collect();
        for event in events {
            match event {
                Event::Load(load) if missing.contains(load.name.as_str()) => {}
                Event::Load(load) => {
                    let hash = load.hash.clone().filter(|_| !is_embedded(load.origin.as_deref()));
                    lock.modules.entry(load.name.clone()).or_default().insert(hash);
                }
                Event::Code(code) => {
                    lock.code.entry(label(&code.file).to_owned()).or_default().insert(code.hash.clone());
                }
                // What it loads has events of its own.
                Event::Plugin(_) => {}
                Event::Decision(decision) => {
                    let importer = decision.importer.as_ref().map_or_else(String::new, |by| by.module.clone());
                    let answer = match decision.answer {
                        Verdict::PassThrough if missing.contains(decision.name.as_str()) => Verdict::NotMine,
                        answer => answer,
                    };
                    let known = lock.decisions.entry((importer, decision.name.clone())).or_insert(answer);
                    // Of several answers one that gave something counts.
                    if !known.gives() {
                        *known = answer;
                    }
                }
            }
        }
        lock
    }

    /// A mapper that answers as `mapper` does, as far as it is in the lock. What `mapper` denies stays denied.
    #[must_use]
    pub fn mapper(&self, mapper: MapperRef, vm: &VirtualMachine) -> MapperRef {
        MapperRef::new(Locked { lock: Arc::new(self.clone()), mapper }, vm)
    }

    /// A policy that allows each importer what it got, and nothing else. What overrides answered needs no rule.
    pub fn policy(&self) -> Policy {
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for ((importer, name), answer) in &self.decisions {
            if matches!(answer, Verdict::PassThrough | Verdict::Load | Verdict::Attenuated) {
                wanted.entry(importer).or_default().insert(name);
            }
        }
        // One rule for all importers that want the same.
        let mut rules: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
        for (importer, names) in wanted {
            let top = |name: &&str| !Dotted(name).prefixes().rev().skip(1).any(|parent| names.contains(parent));
            rules.entry(names.iter().copied().filter(top).collect()).or_default().push(importer);
        }
        rules.into_iter().fold(Policy::denying(), |policy, (names, importers)| {
            // That something isn't there is what may have been found out.
            let rule = Rule::allow(names).optional();
            // What no module asked for, the program did that runs them.
            match importers.contains(&"") {
                true => policy.rule(rule),
                false => policy.rule(rule.importers(importers)),
            }
        })
    }

    /// What was answered: importer, which is empty where no module asked, name and answer, sorted.
    pub fn decisions(&self) -> impl Iterator<Item = (&str, &str, Verdict)> {
        self.decisions.iter().map(|((importer, name), answer)| (importer.as_str(), name.as_str(), *answer))
    }

    /// Reads a lock that [`to_toml`](Self::to_toml) wrote.
    ///
    /// # Errors
    /// Text that isn't such a lock, with its line; a lock of another version.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let form: Form = toml::from_str(text).map_err(|error| Error::malformed(error.to_string().trim_end()))?;
        if form.version != VERSION {
            return Err(Error::malformed(format!("it is a lock of version {}, and not {VERSION}", form.version)));
        }
        let mut lock = Self::empty();
        for module in form.modules {
            lock.modules.entry(module.name).or_default().insert(module.hash);
        }
        for code in form.code {
            lock.code.entry(code.file).or_default().insert(code.hash);
        }
        lock.decisions = form.decisions.into_iter().map(|form| ((form.importer, form.name), form.answer)).collect();
        Ok(lock)
    }

    /// The lock as TOML. Equal locks make equal text.
    #[cfg(feature = "toml")]
    #[must_use]
    pub fn to_toml(&self) -> String {
        let modules = self
            .modules
            .iter()
            .flat_map(|(name, hashes)| hashes.iter().map(|hash| ModuleForm { name: name.clone(), hash: hash.clone() }));
        let decisions = self.decisions.iter().map(|((importer, name), answer)| DecisionForm {
            importer: importer.clone(),
            name: name.clone(),
            answer: *answer,
        });
        let code = self
            .code
            .iter()
            .flat_map(|(file, hashes)| hashes.iter().map(|hash| CodeForm { file: file.clone(), hash: hash.clone() }));
        let form =
            Form { version: VERSION, modules: modules.collect(), code: code.collect(), decisions: decisions.collect() };
        // Strings and numbers have a form in TOML.
        toml::to_string(&form).unwrap_or_default()
    }

    fn refuse(&self, name: &str, hash: Option<&str>) -> Result<(), String> {
        match self.modules.get(name) {
            None => Err(ABSENT.to_owned()),
            Some(hashes) if hashes.iter().any(|own| own.as_deref() == hash) => Ok(()),
            Some(_) => Err(CHANGED.to_owned()),
        }
    }
}

const ABSENT: &str = "it isn't in the lock";
const CHANGED: &str = "it has changed since it was locked";

/// What code is listed under: the last part of the file's name, as the folder may lie elsewhere another time. All text
/// without a file is one, since its names may have numbers in them that count.
fn label(file: &str) -> &str {
    match file.starts_with('<') && file.ends_with('>') {
        true => "<string>",
        false => file.rsplit(['/', '\\']).next().unwrap_or(file),
    }
}

/// Lets only what is in the lock run. What is embedded comes with the program, and is let in.
impl Observer for Lockfile {
    fn event(&self, _: &Event) {}

    fn admit(&self, name: &str, module: Option<&PythonModule>, hash: Option<&str>) -> Result<(), String> {
        match module {
            Some(module) if module.is_embedded() => Ok(()),
            _ => self.refuse(name, hash),
        }
    }

    fn admit_code(&self, code: &Code) -> Result<(), String> {
        let label = label(&code.file);
        match self.code.get(label) {
            Some(hashes) if hashes.contains(&code.hash) => Ok(()),
            Some(_) if label != "<string>" => Err(CHANGED.to_owned()),
            _ => Err(ABSENT.to_owned()),
        }
    }
}

/// The name that was looked for and not found, if the event reports that.
fn not_found(event: &Event) -> Option<&str> {
    match event {
        Event::Load(load) if !load.fresh && load.origin.is_none() && load.error.is_some() => Some(&load.name),
        _ => None,
    }
}

/// Whether a module with that origin seems to be part of the program. That it is one is asked of the module itself, when it is
/// let in: any file can have any name.
fn is_embedded(origin: Option<&str>) -> bool {
    origin.is_some_and(|origin| origin == "built-in" || embedded::is_embedded(origin))
}

struct Locked {
    lock: Arc<Lockfile>,
    mapper: MapperRef,
}

impl Locked {
    fn checked(&self, request: &Request<'_>, answer: Answer, vm: &VirtualMachine) -> Answer {
        if request.is_probe() || !answer.verdict().gives() {
            return answer;
        }
        let importer = request.importer(vm).unwrap_or_default();
        let key = (importer, request.name().to_owned());
        if self.lock.decisions.get(&key).is_some_and(|known| known.gives()) {
            return answer;
        }
        request.explain(|| "what isn't in it".to_owned());
        Answer::denied(match key.0.as_str() {
            "" => "the lock, which doesn't have it".to_owned(),
            importer => format!("the lock, which doesn't have it for '{importer}'"),
        })
    }
}

impl fmt::Debug for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lockfile").field(&self.mapper).finish()
    }
}

impl Mapper for Locked {
    fn inner(&self) -> Option<&MapperRef> {
        Some(&self.mapper)
    }

    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let answer = self.mapper.map(request, vm)?;
        Ok(self.checked(request, answer, vm))
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        Ok(self.mapper.enforce(request, vm)?.map(|answer| self.checked(request, answer, vm)))
    }

    fn depends_on_importer(&self) -> bool {
        true
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        self.mapper.below(name, vm)
    }
}
