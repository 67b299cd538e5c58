//! What the flags of `python` and its environment variables mean to the VM.

use crate::{failure::Failure, python::Flags};
use exocet::vm::Settings;
use std::env;

/// The settings of the VM. Where a flag and a variable say something of the same, both count as CPython counts them.
///
/// # Errors
/// A value that its flag or its variable doesn't have.
pub(super) fn settings(flags: &Flags) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    settings.isolated = flags.isolated;
    settings.ignore_environment = flags.isolated || flags.ignore_environment;
    let variable = |name: &str| {
        let value = if settings.ignore_environment { None } else { env::var_os(name) };
        value.filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
    };
    // A variable that counts is a number, or anything else for 1.
    let count = |flag: u8, name: &str| {
        let value = variable(name).map_or(0, |value| value.parse().unwrap_or(1));
        flag.max(value)
    };
    settings.debug = count(flags.debug, "PYTHONDEBUG");
    settings.optimize = count(flags.optimize, "PYTHONOPTIMIZE");
    settings.verbose = count(flags.verbose, "PYTHONVERBOSE");
    settings.quiet = flags.quiet;
    settings.import_site = !flags.no_site;
    settings.user_site_directory = !(flags.no_user_site || flags.isolated || variable("PYTHONNOUSERSITE").is_some());
    settings.safe_path = flags.safe_path || flags.isolated || variable("PYTHONSAFEPATH").is_some();
    settings.buffered_stdio = !(flags.unbuffered || variable("PYTHONUNBUFFERED").is_some());
    settings.bytes_warning = flags.bytes_warning.into();
    settings.dev_mode = flags.extra.iter().any(|(name, _)| name == "dev") || variable("PYTHONDEVMODE").is_some();
    let hash_seed = variable("PYTHONHASHSEED").filter(|seed| seed != "random");
    let hash_seed = hash_seed.map(|seed| number(&seed, "PYTHONHASHSEED")).transpose()?;
    let digits = flags.extra.iter().rev().find(|(name, _)| name == "int_max_str_digits");
    let digits = match digits {
        Some((_, value)) => Some(number(value.as_deref().unwrap_or_default(), "-X int_max_str_digits")?),
        None => variable("PYTHONINTMAXSTRDIGITS").map(|value| number(&value, "PYTHONINTMAXSTRDIGITS")).transpose()?,
    };
    // In this order: of two that apply to a warning the later one counts.
    let from_environment = variable("PYTHONWARNINGS");
    let from_environment = from_environment.iter().flat_map(|warnings| warnings.split(',')).map(str::to_owned);
    let bytes_warning = match flags.bytes_warning {
        0 => None,
        1 => Some("default::BytesWarning"),
        _ => Some("error::BytesWarning"),
    };
    let in_dev_mode = settings.dev_mode.then(|| "default".to_owned());
    settings.warnoptions = in_dev_mode
        .into_iter()
        .chain(from_environment)
        .chain(flags.warnings.iter().cloned())
        .chain(bytes_warning.map(str::to_owned))
        .collect();
    settings.hash_seed = hash_seed;
    settings.int_max_str_digits = digits.unwrap_or(settings.int_max_str_digits);
    settings.xoptions.clone_from(&flags.extra);
    Ok(settings)
}

fn number<T: std::str::FromStr>(value: &str, what: &str) -> Result<T, Failure> {
    value.parse().map_err(|_| Failure::Usage(format!("`{value}` is no value of {what}")))
}
