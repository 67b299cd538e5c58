//! What the VM says of itself to the modules that it runs: its version, its platform, and what else a condition may ask for. The
//! one place of these values for all that is known without running.

use super::{exceptions::Class, value::Value};

/// `sys.version_info`. A test compares it with the VM's.
const VERSION: [i64; 3] = [3, 14, 0];
const RELEASE: &str = "alpha";

/// The module or item that goes by a dotted name, or what it is known to be.
pub(crate) fn item(name: &str) -> Value {
    let builtin = name.strip_prefix("builtins.").and_then(Class::builtin);
    match builtin {
        Some(class) => Value::Exception(class),
        None => constant(name).unwrap_or_else(|| Value::Item(name.into())),
    }
}

/// The same, if it means something here.
pub(crate) fn known(name: &str) -> Option<Value> {
    let is_known = lets_pass(name) || exits(name) || name == SUPPRESS || returned(name).is_some();
    constant(name).or_else(|| is_known.then(|| Value::Item(name.into())))
}

/// What makes the context managers that catch.
pub(crate) const SUPPRESS: &str = "contextlib.suppress";

/// The version of the language, as text.
#[cfg(feature = "bundles")]
pub(crate) fn version_text() -> String {
    VERSION.map(|number| number.to_string()).join(".")
}

fn version() -> Vec<Value> {
    let [major, minor, micro] = VERSION.map(Value::Int);
    vec![major, minor, micro, Value::text(RELEASE), Value::Int(0)]
}

/// What goes by a dotted name, if it is a constant of the VM or of the library.
fn constant(name: &str) -> Option<Value> {
    let [major, minor, micro] = VERSION;
    Some(match name {
        "sys.version_info" => Value::Version(version()),
        "sys.version_info.major" => Value::Int(major),
        "sys.version_info.minor" => Value::Int(minor),
        "sys.version_info.micro" => Value::Int(micro),
        "sys.version_info.releaselevel" => Value::text(RELEASE),
        "sys.hexversion" => Value::Int((major << 24) | (minor << 16) | (micro << 8) | 0xA0),
        "sys.platform" => Value::text(platform()),
        "sys.byteorder" => Value::text(if cfg!(target_endian = "little") { "little" } else { "big" }),
        "sys.implementation.name" => Value::text("rustpython"),
        "sys.maxsize" => Value::Int(i64::try_from(isize::MAX).ok()?),
        "os.name" => Value::text(if cfg!(windows) { "nt" } else { "posix" }),
        "os.sep" | "os.path.sep" => Value::text(if cfg!(windows) { "\\" } else { "/" }),
        "builtins.__debug__" => Value::Bool(true),
        // Whatever module it was taken from.
        name if name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING") => Value::TypeChecking,
        _ => return None,
    })
}

/// What a function of the library returns that is called without arguments.
pub(crate) fn returned(name: &str) -> Option<Value> {
    let system = match platform() {
        "linux" => "Linux",
        "darwin" => "Darwin",
        "win32" => "Windows",
        _ => return None,
    };
    match name {
        "platform.system" => Some(Value::text(system)),
        "platform.python_implementation" => Some(Value::text("RustPython")),
        "platform.python_version_tuple" => {
            Some(Value::Sequence(VERSION.iter().map(|part| Value::text(&part.to_string())).collect()))
        }
        _ => None,
    }
}

/// Whether a call of the library's gives a context manager that lets every exception pass.
pub(crate) fn lets_pass(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "builtins.open",
        "contextlib.chdir",
        "contextlib.closing",
        "contextlib.nullcontext",
        "contextlib.redirect_stderr",
        "contextlib.redirect_stdout",
        "io.open",
        "tempfile.TemporaryDirectory",
        "threading.Lock",
        "warnings.catch_warnings",
    ];
    NAMES.contains(&name)
}

/// Whether a call of it ends the program by `SystemExit`.
pub(crate) fn exits(name: &str) -> bool {
    ["sys.exit", "builtins.exit", "builtins.quit"].contains(&name)
}

fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        os @ ("linux" | "android" | "ios") => os,
        _ if cfg!(target_os = "wasi") => "wasi",
        _ => "unknown",
    }
}
