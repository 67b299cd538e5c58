//! The strings that stand in a text, read off its syntax tree without running it.

use super::parse::{ScanError, parsed};
use ruff_python_ast::{
    Expr,
    visitor::{Visitor, walk_expr},
};
use std::collections::BTreeSet;

/// The longest string that is of interest: no path is longer.
const LONGEST: usize = 255;

/// The strings of a module that could be the path of a file, each once and sorted: of one line, not longer than 255 bytes, and with a
/// dot or a slash in them. Parts of f-strings are none.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub(crate) fn paths(text: &str) -> Result<Vec<String>, ScanError> {
    parsed(text, |tree| {
        let mut strings = Strings::default();
        tree.body.iter().for_each(|statement| strings.visit_stmt(statement));
        strings.0.into_iter().collect()
    })
}

#[derive(Default)]
struct Strings(BTreeSet<String>);

impl<'a> Visitor<'a> for Strings {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::StringLiteral(literal) = expression {
            let text = literal.value.to_str();
            if text.len() <= LONGEST && text.contains(['.', '/']) && !text.contains(['\n', '\0']) {
                self.0.insert(text.to_owned());
            }
        }
        walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn what_could_be_a_path_is_found_wherever_it_stands() {
        let text = "'''A docstring.\nOf two lines.'''\nopen('words.txt')\ndef f(a='x/y'):\n    return {'k.v': [f'{a}.z', 'none']}\n";
        assert_eq!(paths(text).expect("it parses"), ["k.v", "words.txt", "x/y"]);
        assert!(paths("def").is_err());
    }
}
