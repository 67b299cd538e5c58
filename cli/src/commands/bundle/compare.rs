//! `exocet bundle --diff`: what a reviewer wants to know of an update.

use crate::{
    failure::Failure,
    output::{self, GREEN, RED},
};
use exocet::{
    Bundle,
    modules::{PythonModule, SearchPath},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::ExitCode,
};

/// One thing that differs. What it was is absent where it is new, and what it is where it is gone.
#[derive(Debug, Serialize)]
struct Difference {
    what: &'static str,
    name: String,
    old: Option<String>,
    new: Option<String>,
}

/// Prints what is different. The exit code is 1 where anything is, as with `diff`.
pub(super) fn compare(old: &Bundle, new: &Bundle, json: bool) -> Result<ExitCode, Failure> {
    let (one, other) = (Facts::of(old)?, Facts::of(new)?);
    let mut all = Vec::new();
    for ((what, one), (_, other)) in one.0.iter().zip(&other.0) {
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        let changed = names.into_iter().filter(|name| one.get(*name) != other.get(*name));
        all.extend(changed.map(|name| Difference {
            what,
            name: name.clone(),
            old: one.get(name).cloned(),
            new: other.get(name).cloned(),
        }));
    }
    let mut out = output::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string(&all).map_err(Failure::failed)?)?;
    } else {
        for Difference { what, name, old, new } in &all {
            let is_hash = matches!(*what, "module" | "file");
            match (old, new) {
                (None, Some(value)) if !is_hash && !value.is_empty() => {
                    writeln!(out, "{GREEN}+{GREEN:#} {what:12} {name}: {value}")?
                }
                (None, _) => writeln!(out, "{GREEN}+{GREEN:#} {what:12} {name}")?,
                (Some(value), None) if !is_hash && !value.is_empty() => {
                    writeln!(out, "{RED}-{RED:#} {what:12} {name}: {value}")?
                }
                (Some(_), None) => writeln!(out, "{RED}-{RED:#} {what:12} {name}")?,
                (Some(_), Some(_)) if is_hash => writeln!(out, "  {what:12} {name}")?,
                (Some(old), Some(new)) => writeln!(out, "  {what:12} {name}: {old} -> {new}")?,
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(!all.is_empty())))
}

/// What there is to compare, kind by kind: names and values.
struct Facts(Vec<(&'static str, BTreeMap<String, String>)>);

impl Facts {
    fn of(bundle: &Bundle) -> Result<Self, Failure> {
        let manifest = bundle.manifest();
        let entry = manifest.entry.iter().map(|entry| (String::new(), entry.clone())).collect();
        let distributions = manifest.distributions.iter().map(|one| (one.name.clone(), one.version.clone())).collect();
        let own = manifest.files.iter().filter(|file| !file.path.starts_with(".exocet/"));
        let (modules, files): (Vec<_>, Vec<_>) = own.partition(|file| file.path.ends_with(".py"));
        let hashes = |files: Vec<&exocet::bundle::BundledFile>| {
            files.into_iter().map(|file| (file.path.clone(), file.hash.clone())).collect()
        };
        let lock = bundle.lock().map_err(Failure::failed)?;
        let decisions = lock.iter().flat_map(|lock| lock.decisions());
        let decisions = decisions.map(|(importer, name, answer)| {
            let importer = if importer.is_empty() { "the host" } else { importer };
            (format!("{importer} asks for {name}"), answer.to_string())
        });
        Ok(Self(vec![
            ("entry", entry),
            ("distribution", distributions),
            ("module", hashes(modules)),
            ("file", hashes(files)),
            ("imports", imports(bundle)?),
            ("decision", decisions.collect()),
            ("policy", rules(bundle)?),
        ]))
    }
}

/// What modules import that isn't in the bundle.
fn imports(bundle: &Bundle) -> Result<BTreeMap<String, String>, Failure> {
    let path = SearchPath::new().with(bundle.clone());
    let mut imports = BTreeMap::new();
    for module in path.walk_modules() {
        let module: PythonModule = module.map_err(Failure::failed)?;
        // What isn't Python imports nothing.
        for import in module.imports().unwrap_or_default() {
            if !import.name.starts_with('.') && path.get(&import.name).is_err() {
                imports.insert(format!("{} by {}", import.name, module.name()), String::new());
            }
        }
    }
    Ok(imports)
}

/// The rules of the policy, each by its text, and what no rule fits.
fn rules(bundle: &Bundle) -> Result<BTreeMap<String, String>, Failure> {
    let Some(policy) = bundle.policy().map_err(Failure::failed)? else { return Ok(BTreeMap::new()) };
    let text = policy.to_toml();
    let mut parts = text.split("[[rule]]");
    let default = parts.next().unwrap_or_default().trim().to_owned();
    let rules = parts.map(|rule| (rule.trim().replace('\n', ", "), String::new()));
    Ok(rules.chain([(default, String::new())]).collect())
}
