//! The mapper that the command line describes.

use crate::failure::Failure;
use clap::Args;
use exocet::{
    Imports, Policy, Rule, Source,
    check::DryRun,
    modules::{PythonModule, SearchPath},
    raw::{self, MapperRef},
    syntax::is_module_name,
    vm::{PyObjectRef, PyResult, VirtualMachine},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{MAIN_SEPARATOR, PathBuf},
    sync::Arc,
};

#[derive(Debug, Default, Args)]
pub(crate) struct Mapping {
    /// Let imports of NAME get TARGET, which is a module name or a file
    ///
    /// TARGET is a file if it ends in `.py` or has a slash in it. It is loaded once, before everything else.
    #[arg(long = "override", value_name = "NAME=TARGET")]
    pub(crate) overrides: Vec<String>,
    /// Let imports of NAME fail, and of everything below it
    ///
    /// An override allows again what it names.
    #[arg(long = "deny", value_name = "NAME")]
    pub(crate) denials: Vec<String>,
    /// Apply the policy in FILE to imports that no --override and no --deny decides
    ///
    /// FILE is TOML; docs/src/policy.md describes its form.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// A mapper that is yet to be made. What is wrong with the command line shows before an interpreter starts.
pub(crate) struct Plan {
    files: Vec<PythonModule>,
    redirected: BTreeMap<String, String>,
    denied: Vec<String>,
    /// Each with its place. All of them count.
    policies: Vec<(String, Policy)>,
}

impl Plan {
    pub(crate) fn new(mapping: &Mapping) -> Result<Self, Failure> {
        let mut targets = BTreeMap::new();
        for written in &mapping.overrides {
            let (name, target) = written
                .split_once('=')
                .filter(|(_, target)| !target.is_empty())
                .ok_or_else(|| Failure::Usage(format!("`{written}` is not an override, which is NAME=TARGET")))?;
            check_name(name)?;
            // Of two overrides of one name the later one counts.
            targets.insert(name, target);
        }
        let mut plan = Plan {
            files: Vec::new(),
            redirected: BTreeMap::new(),
            denied: mapping.denials.clone(),
            policies: Vec::new(),
        };
        if let Some(file) = &mapping.policy {
            let place = file.display().to_string();
            let text = fs::read_to_string(file);
            let text = text.map_err(|error| Failure::Usage(format!("can't open `{place}`: {error}")))?;
            let policy = Policy::from_toml(&text);
            let policy = policy.map_err(|error| Failure::Usage(format!("can't read the policy `{place}`: {error}")))?;
            plan.policies.push((place, policy));
        }
        for (name, target) in targets {
            if is_file(target) {
                plan.files.push(PythonModule::from_file(target, name).map_err(Failure::usage)?);
            } else {
                check_name(target)?;
                plan.redirected.insert(name.to_owned(), target.to_owned());
            }
        }
        plan.denied.iter().try_for_each(|name| check_name(name))?;
        Ok(plan)
    }

    /// The same, under what bundles among these sources bring, too.
    pub(crate) fn obeying(mut self, sources: &[Arc<dyn Source>]) -> Result<Self, Failure> {
        for bundle in sources.iter().filter_map(|source| source.bundle()) {
            let policies = bundle.policies().map_err(Failure::failed)?;
            self.policies.extend(policies.into_iter().map(|policy| (bundle.label().to_owned(), policy)));
        }
        Ok(self)
    }

    /// The policies, the one of the command line first.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|(_, policy)| policy)
    }

    /// Checks that the names in the policies mean something.
    pub(crate) fn check(&self, path: &SearchPath) -> Result<(), Failure> {
        let given =
            |name: &str| self.redirected.contains_key(name) || self.files.iter().any(|file| file.name() == name);
        self.policies.iter().try_for_each(|(place, policy)| {
            policy.check(path, given).map_err(|error| Failure::Usage(format!("the policy `{place}`: {error}")))
        })
    }

    /// Makes the mapper: the overrides, then the denials, then the policy, then what is passed through or, if `empty`, nothing.
    /// The overriding files are loaded here.
    pub(crate) fn mapper(&self, empty: bool, vm: &VirtualMachine) -> PyResult<MapperRef> {
        self.mapper_of(empty, |file| raw::load(file, &raw::pass_through(vm), vm), vm)
    }

    /// The same as imports, for isolates and plugins: the overriding files are loaded there.
    pub(crate) fn imports(&self, empty: bool) -> Result<Imports, Failure> {
        let mut imports = if empty { Imports::none() } else { Imports::pass_through() };
        for (_, policy) in &self.policies {
            imports = imports.with_policy(policy.clone());
        }
        if !self.denied.is_empty() {
            imports = imports.without(&self.denied);
        }
        for (name, target) in &self.redirected {
            imports = imports.with_policy(Policy::allowing().rule(Rule::redirect(name, target).optional()));
        }
        for file in &self.files {
            let text = file.text().map_err(Failure::failed)?.unwrap_or_default();
            imports = imports.with_source(file.name(), file.origin().unwrap_or_default(), text);
        }
        Ok(imports)
    }

    /// Makes a dry run of the same mapper, in which nothing runs: in place of each overriding file is a module that has its
    /// names, and `None` for each of them.
    pub(crate) fn dry_run<'a>(&self, empty: bool, vm: &'a VirtualMachine) -> Result<DryRun<'a>, Failure> {
        let raise = |error| Failure::raised(&error, vm);
        let dry = DryRun::new(self.dry_mapper(empty, vm).map_err(raise)?, vm).map_err(raise)?;
        self.check(dry.path())?;
        Ok(dry)
    }

    /// The mapper of a dry run.
    pub(crate) fn dry_mapper(&self, empty: bool, vm: &VirtualMachine) -> PyResult<MapperRef> {
        let stand_in = |file: &PythonModule| {
            let names = vm.ctx.new_dict();
            for name in file.attributes().map_err(|error| error.into_exception(vm))? {
                names.set_item(name.as_str(), vm.ctx.none(), vm)?;
            }
            names.set_item("__file__", vm.ctx.new_str(file.origin().unwrap_or_default()).into(), vm)?;
            Ok(vm.new_module(file.name(), names, None).into())
        };
        self.mapper_of(empty, stand_in, vm)
    }

    fn mapper_of(
        &self,
        empty: bool,
        stub: impl Fn(&PythonModule) -> PyResult<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<MapperRef> {
        let stubs = vm.ctx.new_dict();
        for file in &self.files {
            stubs.set_item(file.name(), stub(file)?, vm)?;
        }
        let mut mapper = if empty { raw::empty(vm) } else { raw::pass_through(vm) };
        for (_, policy) in &self.policies {
            mapper = policy.mapper(mapper, vm);
        }
        if !self.denied.is_empty() {
            mapper = raw::exclusion(mapper, &self.denied, vm);
        }
        if !self.redirected.is_empty() {
            mapper = raw::chain([raw::redirect(&self.redirected, vm), mapper], vm);
        }
        if !self.files.is_empty() {
            mapper = mapper.with_overrides(stubs, vm);
        }
        Ok(mapper)
    }
}

/// Checks that `name` could be a module's.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    if is_module_name(name) {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "`{name}` is not a module name: names are parts joined by dots, and none is empty or a path"
    )))
}

fn is_file(target: &str) -> bool {
    target.ends_with(".py") || target.contains(['/', MAIN_SEPARATOR])
}
