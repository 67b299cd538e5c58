//! Which names of a module carry a marker, read off its syntax tree without running it.

use super::{
    bindings::{bound, bound_by, targets_of},
    dotted::Dotted,
    identifiers::{is_dotted_name, is_identifier},
    lower::absolute,
    parse::{ScanError, parsed, position},
};
use ruff_python_ast::{Decorator, Expr, Identifier, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

/// What makes a module stand out: a name that it binds, a decorator, or a base class.
///
/// As text it is `plugin`, `@hookimpl` or `(app.Tool)`. A decorator or a class with dots in it is meant by its full name, one without
/// by its last part alone.
///
/// ```
/// use exocet::syntax::{Marker, marks};
///
/// let text = "from app import Tool as T\nclass Hammer(T): ...\nclass Mallet(Hammer): ...\n";
/// let marker: Marker = "(app.Tool)".parse()?;
/// assert_eq!(marker, Marker::subclass("app.Tool"));
/// let found = marks(text, "tools", false, &marker)?;
/// assert_eq!((found[1].name.as_str(), found[1].line), ("Mallet", 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Marker {
    way: Way,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Binding,
    Decorator,
    Subclass,
}

impl Marker {
    /// The module binds `name` at its top level, in whatever way.
    pub fn binding(name: impl Into<String>) -> Self {
        Marker { way: Way::Binding, name: name.into() }
    }

    /// A function or a class at the top level has the decorator `name`, called or not.
    pub fn decorator(name: impl Into<String>) -> Self {
        Marker { way: Way::Decorator, name: name.into() }
    }

    /// A class at the top level has the base `name`, or another such class of the same module.
    pub fn subclass(name: impl Into<String>) -> Self {
        Marker { way: Way::Subclass, name: name.into() }
    }

    /// Whether a full name is meant.
    fn means(&self, full: &str) -> bool {
        if self.name.contains('.') { full == self.name } else { Dotted(full).last() == self.name }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.way {
            Way::Binding => f.write_str(name),
            Way::Decorator => write!(f, "@{name}"),
            Way::Subclass => write!(f, "({name})"),
        }
    }
}

/// A text that is no [`Marker`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a marker, which is `name`, `@decorator` or `(Class)`")]
pub struct MarkerError(String);

impl FromStr for Marker {
    type Err = MarkerError;

    fn from_str(text: &str) -> Result<Self, MarkerError> {
        let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let marker = match (text.strip_prefix('@'), inner) {
            (Some(name), _) => Some(Marker::decorator(name)).filter(|_| is_dotted_name(name)),
            (_, Some(name)) => Some(Marker::subclass(name)).filter(|_| is_dotted_name(name)),
            _ => Some(Marker::binding(text)).filter(|_| is_identifier(text)),
        };
        marker.ok_or_else(|| MarkerError(text.to_owned()))
    }
}

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Marker {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A name at the top level of a module that carries a marker.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// The name: of the function, of the class, or the one that is bound.
    pub name: String,
    /// Its line, 1-based.
    pub line: usize,
}

/// What carries the marker at the top level of a module, also inside `if`, `try` and the like, in the order of the text.
///
/// `module` is the name of the module whose text this is. What a decorator or a base is called is followed through the imports and
/// the plain assignments of the module's top level. Where a name may stand for several things, one of them is enough.
///
/// # Errors
/// Text that is not Python, or nested too deeply.
pub fn marks(text: &str, module: &str, is_package: bool, marker: &Marker) -> Result<Vec<Mark>, ScanError> {
    let found = parsed(text, |tree| match marker.way {
        Way::Binding => bound(tree).into_iter().find(|(name, _)| *name == marker.name).into_iter().collect(),
        Way::Decorator | Way::Subclass => {
            let package = if is_package { module } else { Dotted(module).parent().unwrap_or_default() };
            let mut reader = Reader::new(module, package, marker);
            reader.block(&tree.body, false);
            reader.found
        }
    })?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let lines = LineIndex::from_source_text(text);
    Ok(found.into_iter().map(|(name, place)| Mark { name, line: position(text, &lines, place).0 }).collect())
}

/// How many things a name may stand for, and how many modules a name may have come from. People write two or three.
const MOST: usize = 16;

/// Goes through the statements of the top level. It recurses by blocks only, of which there are at most a hundred in one another.
struct Reader<'a> {
    module: &'a str,
    package: &'a str,
    marker: &'a Marker,
    /// What each name may stand for, by full names.
    names: HashMap<String, Vec<String>>,
    /// The modules of which all names were imported.
    stars: Vec<String>,
    /// The full names of own classes that are marked.
    classes: HashSet<String>,
    found: Vec<(String, TextSize)>,
}

impl<'a> Reader<'a> {
    fn new(module: &'a str, package: &'a str, marker: &'a Marker) -> Self {
        let (names, stars, classes, found) = Default::default();
        Self { module, package, marker, names, stars, classes, found }
    }

    /// Which branch runs can't be known, so what is bound in one adds to what there was.
    fn block(&mut self, block: &[Stmt], is_branch: bool) {
        for statement in block {
            self.statement(statement, is_branch);
        }
    }

    fn statement(&mut self, statement: &Stmt, is_branch: bool) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (full, top) = (alias.name.as_str(), Dotted(alias.name.as_str()).top());
                    match &alias.asname {
                        Some(name) => self.bind(name, vec![full.to_owned()], is_branch),
                        None => self.bind(top, vec![top.to_owned()], is_branch),
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let from = absolute(import, self.package);
                for alias in &import.names {
                    match alias.name.as_str() {
                        "*" if self.stars.len() < MOST => self.stars.push(from.clone()),
                        "*" => {}
                        item => {
                            let name = alias.asname.as_ref().map_or(item, Identifier::as_str);
                            self.bind(name, vec![format!("{from}.{item}")], is_branch);
                        }
                    }
                }
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.assign(target, Some(&assign.value), is_branch));
            }
            Stmt::AnnAssign(assign) if assign.value.is_some() => {
                self.assign(&assign.target, assign.value.as_deref(), is_branch);
            }
            Stmt::FunctionDef(function) => self.function(function, is_branch),
            Stmt::ClassDef(class) => self.class(class, is_branch),
            Stmt::If(statement) => {
                self.block(&statement.body, true);
                statement.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, true));
            }
            Stmt::Try(statement) => {
                self.block(&statement.body, true);
                for handler in statement.handlers.iter().filter_map(|handler| handler.as_except_handler()) {
                    self.block(&handler.body, true);
                }
                self.block(&statement.orelse, true);
                self.block(&statement.finalbody, true);
            }
            Stmt::With(statement) => {
                let targets = statement.items.iter().filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.assign(target, None, is_branch));
                self.block(&statement.body, true);
            }
            Stmt::For(statement) => {
                self.assign(&statement.target, None, true);
                self.block(&statement.body, true);
                self.block(&statement.orelse, true);
            }
            Stmt::While(statement) => {
                self.block(&statement.body, true);
                self.block(&statement.orelse, true);
            }
            Stmt::Match(statement) => statement.cases.iter().for_each(|case| self.block(&case.body, true)),
            Stmt::Delete(_) if is_branch => {}
            Stmt::Delete(delete) => {
                for target in delete.targets.iter().flat_map(targets_of) {
                    self.names.remove(&target);
                    self.found.retain(|(name, _)| *name != target);
                }
            }
            other => {
                for name in bound_by(std::slice::from_ref(other)) {
                    self.bind_own(&name, true);
                }
            }
        }
    }

    fn function(&mut self, function: &StmtFunctionDef, is_branch: bool) {
        self.decorated(&function.name, &function.decorator_list);
        self.bind_own(&function.name, is_branch);
    }

    fn class(&mut self, class: &StmtClassDef, is_branch: bool) {
        self.decorated(&class.name, &class.decorator_list);
        if self.marker.way == Way::Subclass {
            let is_it = class.bases().iter().any(|base| self.is_base(base));
            let own = self.own(&class.name);
            if is_it {
                self.classes.insert(own);
                self.found.push((class.name.to_string(), class.name.start()));
            } else if !is_branch {
                self.classes.remove(&own);
            }
        }
        self.bind_own(&class.name, is_branch);
    }

    fn decorated(&mut self, name: &Identifier, decorators: &[Decorator]) {
        let is_it = |decorator: &Decorator| {
            let mut expression = &decorator.expression;
            while let Expr::Call(call) = expression {
                expression = &call.func;
            }
            self.meanings(expression).iter().any(|full| self.marker.means(full))
        };
        if self.marker.way == Way::Decorator && decorators.iter().any(is_it) {
            self.found.push((name.to_string(), name.start()));
        }
    }

    fn is_base(&self, mut base: &Expr) -> bool {
        // `Tool[int]` has the base `Tool`.
        while let Expr::Subscript(subscript) = base {
            base = &subscript.value;
        }
        self.meanings(base).iter().any(|full| self.marker.means(full) || self.classes.contains(full))
    }

    fn assign(&mut self, target: &Expr, value: Option<&Expr>, is_branch: bool) {
        let meanings = value.map(|value| self.meanings(value)).unwrap_or_default();
        match target {
            Expr::Name(name) if !meanings.is_empty() => self.bind(&name.id, meanings, is_branch),
            target => targets_of(target).iter().for_each(|name| self.bind_own(name, is_branch)),
        }
    }

    /// Binds a name to what the module makes itself.
    fn bind_own(&mut self, name: &str, is_branch: bool) {
        self.bind(name, vec![self.own(name)], is_branch);
    }

    fn bind(&mut self, name: &str, meanings: Vec<String>, is_branch: bool) {
        match self.names.get_mut(name) {
            Some(known) if is_branch => {
                let new: Vec<_> = meanings.into_iter().filter(|meaning| !known.contains(meaning)).collect();
                known.extend(new);
                known.truncate(MOST);
            }
            Some(known) => *known = meanings,
            None => drop(self.names.insert(name.to_owned(), meanings)),
        }
    }

    fn own(&self, name: &str) -> String {
        format!("{}.{name}", self.module)
    }

    /// The full names of what a dotted expression may stand for; none for any other expression.
    fn meanings(&self, mut expression: &Expr) -> Vec<String> {
        let mut parts = Vec::new();
        while let Expr::Attribute(attribute) = expression {
            parts.push(attribute.attr.as_str());
            expression = &attribute.value;
        }
        let rest: String = parts.iter().rev().flat_map(|part| [".", part]).collect();
        let Expr::Name(name) = expression else { return Vec::new() };
        match self.names.get(name.id.as_str()) {
            Some(known) => known.iter().map(|full| format!("{full}{rest}")).collect(),
            // It is a builtin, or came with a star.
            None => {
                let starred = self.stars.iter().map(|module| format!("{module}.{}{rest}", name.id));
                starred.chain([format!("{}{rest}", name.id)]).collect()
            }
        }
    }
}
