//! What a module imports, read off its syntax tree without running it.

use super::{
    dotted::Dotted,
    flow::{Imported, Importer, Site, run, run_functions},
    imports::{Import, ImportKind},
    lower::lower,
    names::Names,
    parse::{ScanError, parsed},
    steps::Body,
    target,
    value::Value,
};

/// Everything that the import statements of a module ask for, in the order of the text: one [`Import`] for each imported name.
///
/// `module` is the name of the module whose text this is; relative imports are resolved against it. One that leads beyond the
/// top-level package keeps its name as it is written, dots and all.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
///
/// ```
/// use exocet::syntax::{ImportKind, imports};
///
/// let found = imports("import os.path as p\ndef f():\n    from .b import V\n", "pk.a", false)?;
/// assert_eq!((found[0].name.as_str(), found[0].alias.as_deref()), ("os.path", Some("p")));
/// assert_eq!((found[1].dotted().as_str(), found[1].line, found[1].kind), ("pk.b.V", 3, ImportKind::Function));
/// # Ok::<(), exocet::syntax::ScanError>(())
/// ```
pub fn imports(text: &str, module: &str, is_package: bool) -> Result<Vec<Import>, ScanError> {
    body(text, module, is_package).map(|body| body.imports)
}

/// The steps of a module. The kinds of its imports are not known yet.
pub(crate) fn steps(text: &str, module: &str, is_package: bool) -> Result<Body, ScanError> {
    let package = if is_package { module } else { Dotted(module).parent().unwrap_or_default() };
    parsed(text, |tree| lower(tree, text, package))
}

/// The steps of a module, with its imports and their kinds.
fn body(text: &str, module: &str, is_package: bool) -> Result<Body, ScanError> {
    steps(text, module, is_package).map(|mut body| {
        let run = run(&body, module, &mut Anything);
        let kinds: Vec<_> = run_functions(&body, &run, &mut Anything).into_iter().map(kind).collect();
        body.imports.iter_mut().zip(kinds).for_each(|(import, kind)| import.kind = kind);
        body
    })
}

/// Each import may succeed or fail.
struct Anything;

impl Importer for Anything {
    fn import(&mut self, _: usize, import: &Import, _: &Names) -> Imported {
        match import.item.as_deref() {
            Some("*") => Imported::Star(None),
            _ => Imported::Maybe(bound_to(import), None),
        }
    }

    fn attribute(&self, _: &str, _: &str) -> Option<Value> {
        None
    }

    fn has_builtin(&self, _: &str) -> Option<bool> {
        None
    }
}

/// What a plain import statement binds its name to.
pub(crate) fn bound_to(import: &Import) -> Value {
    match (&import.item, &import.alias) {
        (Some(item), _) => target::item(&format!("{}.{item}", import.name)),
        (None, Some(_)) => Value::Module(import.name.as_str().into()),
        (None, None) => Value::Module(Dotted(&import.name).top().into()),
    }
}

fn kind(site: Site) -> ImportKind {
    match site {
        Site { is_reached: false, is_typing: true, .. } => ImportKind::TypeChecking,
        Site { is_reached: false, .. } => ImportKind::Never,
        Site { is_in_function: true, .. } => ImportKind::Function,
        Site { is_caught: true, .. } => ImportKind::Try,
        _ => ImportKind::TopLevel,
    }
}
