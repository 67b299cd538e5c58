//! A policy as a mapper.

use super::rules::{Action, Outcome, Policy, Rule, longest};
use crate::{
    error::Error,
    interpreter::sources::search_path,
    mapper::{
        attenuation::Attenuation,
        contract::{Answer, Below, Mapper},
        reference::MapperRef,
        request::Request,
    },
    syntax::dotted::Dotted,
};
use rustpython_vm::{AsObject, PyResult, VirtualMachine, common::lock::PyMutex};
use std::{collections::BTreeSet, fmt, sync::Arc};

impl Policy {
    /// A mapper that asks `mapper` for what this policy allows, and answers the rest by itself.
    #[must_use]
    pub fn mapper(&self, mapper: MapperRef, vm: &VirtualMachine) -> MapperRef {
        MapperRef::new(Policed::new(self.clone(), mapper), vm)
    }

    /// Checks the names in the policy against the interpreter's search path and what `mapper` has, and makes a mapper of it.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn checked_mapper(&self, mapper: MapperRef, vm: &VirtualMachine) -> Result<MapperRef, Error> {
        let path = search_path(vm).map_err(|raised| Error::from_exception(raised, vm))?;
        self.check(&path, |name| mapper.contains(name, vm).unwrap_or(false) || is_standard(name, vm))?;
        Ok(self.mapper(mapper, vm))
    }
}

/// Whether Python's standard library has a module of that name, or one above it: it is no misspelling where a build leaves it out.
fn is_standard(name: &str, vm: &VirtualMachine) -> bool {
    let top = vm.ctx.new_str(Dotted(name).top());
    let names = vm.sys_module.get_attr("stdlib_module_names", vm);
    names.and_then(|names| names.sequence_unchecked().contains(top.as_object(), vm)).unwrap_or(false)
}

pub(crate) struct Policed {
    policy: Policy,
    mapper: MapperRef,
    /// The rules that answered, counted from 1.
    used: PyMutex<BTreeSet<usize>>,
}

impl Policed {
    pub(crate) fn new(policy: Policy, mapper: MapperRef) -> Self {
        Self { policy, mapper, used: PyMutex::default() }
    }

    /// The policy's answer, unless it leaves the answer to the mapper behind it, as `ask` asks it.
    fn answer(
        &self,
        request: &Request<'_>,
        enforces: bool,
        ask: impl FnOnce() -> PyResult<Option<Answer>>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Answer>> {
        let importer = self.policy.depends_on_importer().then(|| request.importer(vm)).flatten();
        let ruling = self.policy.rule_on(request.name(), importer.as_deref());
        if let Some(rule) = ruling.rule.filter(|_| !request.is_probe()) {
            self.used.lock().insert(rule);
        }
        request.explain(|| ruling.reason.clone());
        let by = || format!("the policy's {}", ruling.reason);
        Ok(match ruling.what {
            // A realm's own modules are none of the default's business.
            Outcome::Denied if enforces && ruling.rule.is_none() => None,
            Outcome::Denied => Some(Answer::denied(match ruling.rule {
                Some(_) => by(),
                None => format!("the policy, no rule of which allows it{}", self.policy.reason()),
            })),
            Outcome::Redirected(target) => Some(Answer::rename(target)),
            Outcome::Attenuated(names) => {
                let attenuation = Arc::new(Attenuation::only(names, by()));
                match ask()? {
                    Some(answer @ Answer::Denied { .. }) => Some(answer),
                    Some(Answer::NotMine) if !enforces => Some(Answer::NotMine),
                    whole => Some(Answer::attenuated(whole.unwrap_or(Answer::NotMine), attenuation)),
                }
            }
            Outcome::Allowed => ask()?,
        })
    }
}

impl fmt::Debug for Policed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<String> = self.policy.rules.iter().map(ToString::to_string).collect();
        f.debug_tuple("Policy").field(&rules).field(&self.mapper).finish()
    }
}

impl Mapper for Policed {
    fn inner(&self) -> Option<&MapperRef> {
        Some(&self.mapper)
    }

    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        let answer = self.answer(request, false, || self.mapper.map(request, vm).map(Some), vm)?;
        Ok(answer.unwrap_or(Answer::NotMine))
    }

    fn enforce(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<Answer>> {
        self.answer(request, true, || self.mapper.enforce(request, vm), vm)
    }

    fn depends_on_importer(&self) -> bool {
        self.policy.depends_on_importer() || self.mapper.depends_on_importer()
    }

    fn below(&self, name: &str, vm: &VirtualMachine) -> Below {
        let is_below = |other: &str| Dotted(other).is_below(name);
        let mut own = if self.policy.allows { Below::Nothing } else { Below::Denied };
        for rule in &self.policy.rules {
            let below = rule.modules().into_iter().any(is_below);
            own = own.max(match &rule.action {
                Action::Deny(_) if below => Below::Denied,
                // Where only something below a name is allowed, its importer gets a bare parent to find it under.
                Action::Allow(_) if below && self.may_deny(name) => Below::Replaced,
                Action::Redirect(_) | Action::Attenuate(_) if below => Below::Replaced,
                Action::Attenuate(names) if names.keys().any(|own| Dotted(name).is_within(own)) => Below::Denied,
                _ => Below::Nothing,
            });
        }
        own.max(self.mapper.below(name, vm))
    }

    fn unused(&self, vm: &VirtualMachine) -> Vec<String> {
        let used = self.used.lock();
        let rules = self.policy.rules.iter().enumerate();
        let unused = rules.filter(|(at, _)| !used.contains(&(at + 1)));
        let mut unused: Vec<String> = unused.map(|(at, rule)| format!("rule {} ({rule})", at + 1)).collect();
        unused.extend(self.mapper.unused(vm));
        unused
    }
}

impl Policed {
    /// Whether there may be an importer that the name itself is denied to.
    fn may_deny(&self, name: &str) -> bool {
        let denies = |rule: &Rule| matches!(&rule.action, Action::Deny(names) if longest(names, name).is_some());
        let for_all = |rule: &Rule| {
            rule.importers.is_empty() && matches!(&rule.action, Action::Allow(names) if longest(names, name).is_some())
        };
        let first = self.policy.rules.iter().find(|rule| denies(rule) || for_all(rule));
        first.map_or(!self.policy.allows, denies)
    }
}
