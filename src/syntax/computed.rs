//! Calls that import a module by a name which is a value, read off the syntax tree without running it.

use super::parse::{ScanError, parsed};
use ruff_python_ast::{
    Expr,
    visitor::{Visitor, walk_expr},
};
use ruff_text_size::Ranged;

/// A call that imports a module whose name it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComputedImport {
    /// The line, 1-based.
    pub line: usize,
    /// The function, as it is written: `importlib.import_module`.
    pub call: String,
    /// The name, where it is written there: absolute, and nothing else is given.
    pub name: Option<String>,
}

/// What is called, by the last part of its name, and whether its first argument is the name of a module.
const CALLS: [(&str, bool); 8] = [
    ("import_module", true),
    ("__import__", true),
    ("spec_from_file_location", false),
    ("run_path", false),
    ("run_module", true),
    ("walk_packages", false),
    ("iter_modules", false),
    ("entry_points", false),
];

/// The calls of a module that import, or find modules to import, by what is known only when it runs: `importlib.import_module(name)`,
/// `__import__(name)`, and what looks for files, modules and entry points. Known by their names alone.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub fn computed_imports(text: &str) -> Result<Vec<ComputedImport>, ScanError> {
    let calls = parsed(text, |tree| {
        let mut calls = Calls::default();
        tree.body.iter().for_each(|statement| calls.visit_stmt(statement));
        calls.0
    })?;
    let line = |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
    Ok(calls.into_iter().map(|(at, call, name)| ComputedImport { line: line(at), call, name }).collect())
}

#[derive(Default)]
struct Calls(Vec<(usize, String, Option<String>)>);

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && let Some(written) = dotted(&call.func)
            && let Some((_, takes_name)) = CALLS.iter().find(|(name, _)| written.rsplit('.').next() == Some(name))
        {
            let name = match (call.arguments.args.first(), call.arguments.len()) {
                (Some(Expr::StringLiteral(literal)), 1) if *takes_name => Some(literal.value.to_str().to_owned()),
                _ => None,
            };
            let name = name.filter(|name| super::identifiers::is_module_name(name));
            self.0.push((call.range().start().to_usize(), written, name));
        }
        walk_expr(self, expression);
    }
}

/// `a.b.c`, where that is what is written.
fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::computed_imports;

    #[test]
    fn calls_are_found_by_their_names() {
        let text = "import importlib\nx = importlib.import_module(name)\ndef f():\n    return [__import__('a.b'), \
                    import_module('.c', __package__)]\nimport_module('d')\nother.run_path('d')\nlen('e')";
        let found = computed_imports(text).expect("it parses");
        let found: Vec<_> = found.iter().map(|call| (call.line, call.call.as_str(), call.name.as_deref())).collect();
        assert_eq!(
            found,
            [
                (2, "importlib.import_module", None),
                (4, "__import__", Some("a.b")),
                (4, "import_module", None),
                (5, "import_module", Some("d")),
                (6, "other.run_path", None)
            ]
        );
        assert!(computed_imports("def").is_err());
    }
}
