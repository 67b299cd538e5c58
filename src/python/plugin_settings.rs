//! The settings of plugins as Python code gives them.

use super::arguments::{Names, PolicyForm};
use crate::{
    error::Error,
    imports::Imports,
    interpreter::{engine::RuntimeRef, limits::Limits},
    mapper::reference::MapperRef,
    plugins::{
        facts::Requirement,
        settings::{OnFailure, Settings},
    },
    source::open::open,
    values::{bridge::Bridge, object::Object},
};
use rustpython_vm::{
    PyObjectRef, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyInt, PyStr},
};
use serde::Deserialize;
use std::time::Duration;

#[derive(rustpython_vm::FromArgs)]
pub(crate) struct NewSettings {
    #[pyarg(named, default)]
    mapper: Option<MapperRef>,
    #[pyarg(named, default)]
    policy: Option<PolicyForm>,
    #[pyarg(named, default)]
    limits: Option<LimitsForm>,
    #[pyarg(named, default)]
    library: Option<Names>,
    #[pyarg(named, default)]
    share: Option<Names>,
    #[pyarg(named, default)]
    requires: Option<Names>,
    #[pyarg(named, default)]
    priority: Option<i64>,
    #[pyarg(named, default)]
    on_failure: Option<OnFailure>,
    #[pyarg(named, default)]
    enabled: Option<bool>,
    #[pyarg(named, default)]
    helper: bool,
}

/// Limits, by their names.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitsForm {
    time: Option<f64>,
    compile_time: Option<f64>,
    recursion: Option<usize>,
    source_bytes: Option<usize>,
    modules: Option<usize>,
    import_depth: Option<usize>,
}

impl TryFromObject for LimitsForm {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        let bridge = Bridge { vm, runtime: &RuntimeRef::of(vm) };
        bridge.to_rust(object, || "the limits".to_owned()).map_err(|error| error.into_exception(vm))
    }
}

impl LimitsForm {
    fn into_limits(self) -> Result<Limits, Error> {
        let seconds = |name: &str, seconds: f64| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| Error::malformed(format!("`{name}` can't be {seconds} seconds")))
        };
        let mut limits = Limits::new();
        if let Some(time) = self.time {
            limits = limits.time(seconds("time", time)?);
        }
        if let Some(time) = self.compile_time {
            limits = limits.compile_time(seconds("compile_time", time)?);
        }
        limits = self.recursion.into_iter().fold(limits, Limits::recursion);
        limits = self.source_bytes.into_iter().fold(limits, Limits::source_bytes);
        limits = self.modules.into_iter().fold(limits, Limits::modules);
        Ok(self.import_depth.into_iter().fold(limits, Limits::import_depth))
    }
}

impl TryFromObject for OnFailure {
    fn try_from_object(vm: &VirtualMachine, object: PyObjectRef) -> PyResult<Self> {
        if let Some(times) = object.downcast_ref::<PyInt>() {
            return times.try_to_primitive(vm).map(OnFailure::DisableAfter);
        }
        match object.downcast_ref::<PyStr>().and_then(|name| name.to_str()) {
            Some("skip") => Ok(OnFailure::Skip),
            Some("raise") => Ok(OnFailure::Raise),
            _ => Err(vm.new_value_error(
                "on_failure is 'skip', 'raise', or a number of failures, after which a plugin is disabled",
            )),
        }
    }
}

impl NewSettings {
    pub(super) fn into_settings(self, vm: &VirtualMachine) -> PyResult<Settings> {
        let raise = |error: Error| error.into_exception(vm);
        let mut settings = Settings::new();
        if let Some(mapper) = self.mapper {
            let mapper = Object::linked(mapper.into(), RuntimeRef::of(vm).without_budget());
            settings = settings.imports(Imports::from_object(mapper));
        }
        if let Some(policy) = self.policy {
            settings = settings.policy(policy.0);
        }
        if let Some(limits) = self.limits {
            settings = settings.limits(limits.into_limits().map_err(raise)?);
        }
        for place in self.library.into_iter().flat_map(|names| names.0) {
            settings = settings.shared_library(open(&place).map_err(raise)?);
        }
        for requirement in self.requires.into_iter().flat_map(|names| names.0) {
            let requirement: Requirement =
                requirement.parse().map_err(|error| vm.new_value_error(format!("{error}")))?;
            settings = settings.requires(requirement);
        }
        if self.helper {
            settings = settings.helper();
        }
        settings = self.share.into_iter().flat_map(|names| names.0).fold(settings, Settings::share);
        settings = self.priority.into_iter().fold(settings, Settings::priority);
        settings = self.on_failure.into_iter().fold(settings, Settings::on_failure);
        Ok(self.enabled.into_iter().fold(settings, Settings::enabled))
    }
}
