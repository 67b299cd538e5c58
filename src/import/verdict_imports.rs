//! What each import of a module gets, when it is gone through to find out whether it loads.

use super::{
    dry_run::Outcome,
    graph::steps,
    verdict::{Key, Module, Obstacle, Obstacles, Verdicts},
};
use crate::syntax::{
    exceptions::Class,
    flow::{Imported, Importer},
    imports::Import,
    names::Names,
    scan::bound_to,
    target,
    value::Value,
};

/// A module that is on its way, and imports.
pub(super) struct VerdictImports<'b, 'a> {
    verdicts: &'b mut Verdicts<'a>,
    key: &'b Key,
    pub(super) obstacles: Obstacles,
}

impl<'b, 'a> VerdictImports<'b, 'a> {
    pub(super) fn new(verdicts: &'b mut Verdicts<'a>, key: &'b Key) -> Self {
        Self { verdicts, key, obstacles: Obstacles::new() }
    }
}

impl Importer for VerdictImports<'_, '_> {
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

    fn has_builtin(&self, name: &str) -> Option<bool> {
        Some(self.verdicts.dry.has_builtin(name))
    }

    fn attribute(&self, module: &str, name: &str) -> Option<Value> {
        let is_shared = self.key.is_shared || !self.verdicts.dry.is_own(&self.key.name, module).unwrap_or_default();
        let verdict = self.verdicts.known(&Key { name: module.to_owned(), is_shared })?;
        verdict.run.names.value(name).cloned()
    }
}

/// Exceptions, and why they are raised.
type Failure = (Vec<Option<Class>>, Obstacle);

impl VerdictImports<'_, '_> {
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
        if self.verdicts.put.contains(&import.name) {
            return Ok(Imported::Maybe(Value::Unknown, Some(Class::missing())));
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
        let name = format!("{}.{item}", import.name);
        let part = self.verdicts.outcome(self.key, &name);
        let has = match &names {
            // Names that the text doesn't show are most often those of the submodules.
            Some(names) if names.value(item).is_none() && part.module().is_some() => Some(false),
            // Each module has these, of which the text says nothing.
            Some(names) if item.starts_with("__") && item.ends_with("__") => names.has(item).filter(|has| *has),
            Some(names) => names.has(item),
            None => None,
        };
        let value = target::known(&import.dotted()).or_else(|| names.as_ref()?.value(item).cloned());
        let value = value.map(Value::seen_from_outside).filter(|value| !matches!(value, Value::Unknown));
        let value = value.unwrap_or_else(|| bound_to(import));
        match (has, &part) {
            (_, Outcome::Denied(_)) => Err((vec![Some(Class::missing())], Obstacle::Absent)),
            (_, Outcome::Overridden { .. } | Outcome::Attenuated { .. }) => Ok(Imported::Found(Value::Unknown)),
            (Some(true), _) => Ok(Imported::Found(value)),
            (Some(false), Outcome::Missing(_)) if self.verdicts.put.contains(&name) => {
                Ok(Imported::Maybe(value, import_error()))
            }
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
        taken.is_open = !matches!(all, Value::Sequence(_) | Value::List(_));
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

fn import_error() -> Option<Class> {
    Class::builtin("ImportError")
}
