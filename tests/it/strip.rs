//! What the build script takes out of the library's text: comments and docstrings, and nothing else from its place.

use exocet::Directory;
use exocet::modules::{Kind, PythonModule, SearchPath};
use proptest::prelude::*;
use ruff_python_ast::{
    AnyNodeRef, AtomicNodeIndex, Expr, ExprNumberLiteral, Int, ModModule, NodeKind, Number, Stmt,
    comparable::ComparableModModule,
    visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_body},
    visitor::transformer::{Transformer, walk_stmt},
};
use ruff_python_parser::parse_module;
use ruff_source_file::{LineIndex, PositionEncoding};
use ruff_text_size::{Ranged, TextRange, TextSize};
use std::path::Path;

#[path = "../../build/strip.rs"]
mod stripper;
use stripper::strip;

/// A tree in which statements without any effect look alike, and the modules' own are missing.
fn tree(text: &str) -> Option<ModModule> {
    struct Plain;
    impl Transformer for Plain {
        fn visit_stmt(&self, statement: &mut Stmt) {
            if let (true, Stmt::Expr(statement)) = (is_idle(statement), &mut *statement) {
                statement.range = TextRange::empty(statement.start());
                let (range, value) = (statement.range, Number::Int(Int::ZERO));
                let node_index = AtomicNodeIndex::default();
                *statement.value = Expr::NumberLiteral(ExprNumberLiteral { node_index, range, value });
            }
            walk_stmt(self, statement);
        }
    }
    let mut module = parse_module(text).ok()?.into_syntax();
    module.body.retain(|statement| !is_idle(statement));
    Plain.visit_body(&mut module.body);
    Some(module)
}

/// A docstring, or what stands in its place.
fn is_idle(statement: &Stmt) -> bool {
    let Stmt::Expr(statement) = statement else { return false };
    match &*statement.value {
        Expr::StringLiteral(_) => true,
        Expr::NumberLiteral(number) => number.value == Number::Int(Int::ZERO),
        _ => false,
    }
}

type Place = (usize, usize);

/// Each node with the line and the column where it begins, and where it ends. A statement may end with a docstring.
fn places(module: &ModModule, text: &str) -> Vec<(NodeKind, Place, Option<Place>)> {
    struct Nodes<F>(F);
    impl<'a, F: FnMut(AnyNodeRef<'a>)> SourceOrderVisitor<'a> for Nodes<F> {
        fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
            self.0(node);
            TraversalSignal::Traverse
        }
    }
    let lines = LineIndex::from_source_text(text);
    let place = |offset: TextSize| {
        let place = lines.source_location(offset, text, PositionEncoding::Utf8);
        (place.line.get(), place.character_offset.get())
    };
    let mut places = Vec::new();
    let mut nodes = Nodes(|node: AnyNodeRef| {
        places.push((node.kind(), place(node.start()), node.is_expression().then(|| place(node.end()))));
    });
    walk_body(&mut nodes, &module.body);
    places
}

/// What is different in the stripped text and should not be. Nothing, if the text is no Python.
fn difference(text: &str, keep_docstrings: bool) -> Option<String> {
    let stripped = strip(text, keep_docstrings);
    let before = tree(text)?;
    let Some(after) = tree(&stripped) else { return Some("it is no Python".to_owned()) };
    if let Some((was, is)) = places(&before, text).iter().zip(&places(&after, &stripped)).find(|(was, is)| was != is) {
        return Some(format!("{was:?} is {is:?}"));
    }
    if ComparableModModule::from(&before) != ComparableModModule::from(&after) {
        return Some("it has other contents".to_owned());
    }
    if text.matches('\n').count() != stripped.matches('\n').count() {
        return Some("it has another number of lines".to_owned());
    }
    (strip(&stripped, keep_docstrings) != stripped).then(|| "there is more to be stripped".to_owned())
}

/// All files of the library that the VM brings, of its part for builds without a host, and of the stand-ins.
fn files() -> impl Iterator<Item = PythonModule> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [Path::new(rustpython_pylib::LIB_PATH), &root.join("stdlib_pure"), &root.join("stdlib_shims")]
        .map(|folder| SearchPath::new().with(Directory::new(folder).unwrap()));
    let modules = folders.into_iter().flat_map(|path| path.walk_modules().map(Result::unwrap).collect::<Vec<_>>());
    modules.filter(|module| module.kind() != Kind::Namespace)
}

#[test]
fn all_of_the_library_stays_the_same_code_in_the_same_places() {
    let mut compared = 0;
    let mut sizes = (0, 0);
    for module in files() {
        let text = module.text().unwrap().unwrap();
        for keep_docstrings in [true, false] {
            let difference = difference(&text, keep_docstrings);
            assert_eq!(difference, None, "{module}, docstrings kept: {keep_docstrings}");
        }
        compared += usize::from(tree(&text).is_some());
        sizes = (sizes.0 + text.len(), sizes.1 + strip(&text, false).len());
    }
    assert!(compared > 600, "{compared}");
    assert!(sizes.1 * 10 < sizes.0 * 8, "{sizes:?}");
}

/// `expected` is the whole text, with `|` for the ends of lines.
#[track_caller]
fn check(text: &str, expected: &str) {
    let [text, expected] = [text, expected].map(|text| text.replace('|', "\n"));
    assert_eq!(strip(&text, false), expected, "{text:?}");
    assert_eq!(difference(&text, false), None, "{text:?}");
    assert_eq!(difference(&text, true), None, "{text:?}");
    assert!(tree(&text).is_some(), "{text:?} is Python");
}

#[track_caller]
fn stays(text: &str) {
    check(text, text);
}

#[test]
fn comments_go_with_the_blanks_before_them() {
    check("# a|x = 1  # b|# c", "|x = 1|");
    check("if x: # a|    # b|    y #c|# d|    z", "if x:||    y||    z");
    check("x = [ # a|# b|  1, # c|]|", "x = [||  1,|]|");
    check("x = 1 \t|  |y|", "x = 1||y|");
    stays("x = '# a', '''|# b  ||''', \"\"\"\\\"\"\"  # c|\"\"\"|");
    stays("x = r'\\'# a'|");
}

#[test]
fn lines_that_are_joined_stay_joined() {
    stays("x = 1 + \\|  2|");
    stays("x = 1 \\|# a|y|");
    stays("x = 1 \\|  |y \\| ");
    stays("x = 'a \\|# b'|");
    check("x = 'a' \\|  'b'  # c|", "x = 'a' \\|  'b'|");
}

#[test]
fn encodings_are_named_in_the_first_two_lines() {
    stays("# -*- coding: utf-8 -*-|x|");
    check("#!/usr/bin/python|# vim: set fileencoding=utf-8 :|# coding: latin-1|", "|# vim: set fileencoding=utf-8 :||");
    check("# a|# b|# coding: latin-1|", "|||");
    check("x # coding: latin-1|", "x|");
    check("'doc'|# coding: latin-1|", "||");
}

#[test]
fn docstrings_leave_their_lines() {
    check("'''a|b'''|from __future__ import annotations|", "||from __future__ import annotations|");
    check("def f():|    '''a||    b'''|    return 1|", "def f():|    0|||    return 1|");
    check("class A:|\t'a' # b|\tx = 1|\t'''c'''|", "class A:|\t0|\tx = 1|\t0|");
    check("def f():|  r'''a'''", "def f():|  0");
    check("def f():|  'a' \"b\" U'c' \\|  R'd'|", "def f():|  0||");
    check("match x:|  case 'a':|    'b'|  case _:|    'c'|", "match x:|  case 'a':|    0|  case _:|    0|");
    check("try:|  'a'|except E:|  'b'|else:|  'c'|", "try:|  0|except E:|  0|else:|  0|");
    check("''||''''''||\"\"|", "|||||");
}

#[test]
fn what_is_more_than_a_docstring_stays() {
    stays("if x: 'a'|class A: 'a'|def f(): 'a'|");
    stays("'a'; x|x; 'a'|'a';|");
    stays("def f():|  'a'; x|  x; 'a'|");
    stays("('a')|('b'| 'c')|['d',| 'e']|{|'f': 'g',|}|");
    stays("'a'.b|'c' + 'd'|'e' if f else 'g'|'h',|'i' % j|'k'[0]|");
    stays("'a' + \\|'b'|x = \\|'c'|lambda: \\|'d'|");
    stays("b'a'|f'{b}'|'c' f'{d}'|f'e' 'f'|t'g'|");
    stays("\u{c}'a'|def f():|\u{c} 'b'|");
}

#[test]
fn strings_in_fields_may_have_the_same_quotes() {
    for kind in ["f", "F", "t", "rf", "fR", "Tr"] {
        let of_kind = |text: &str| text.replace("K'", &format!("{kind}'"));
        for text in [
            "x = K'{y['a']} # {K'{'b'}'}'",
            "x = K'{{'",
            "x = K'{a:{b}}'",
            "x = K'{a!r:#>{b}}# c'",
            "x = K'{b:{c}{'#'}}'",
            "x = K'''{|a # '''  |}  |# {b:#|}'''",
            "x = K'\\{a['b']}# c'",
            "x = K'{ {'a': {'}'}}[':'] }# c'",
            "x = K'{(lambda y: '#')}'",
        ] {
            stays(&of_kind(&format!("{text}|")));
            check(&of_kind(&format!("{text}  # }}'|")), &of_kind(&format!("{text}|")));
        }
    }
    check("x = f'\\N{EN DASH}{a}' # b|", "x = f'\\N{EN DASH}{a}'|");
    check("x = f'{a}\\'# {b}' # c|", "x = f'{a}\\'# {b}'|");
    check("x = '{' # '}'|", "x = '{'|");
    check("x = b'{' if r'\\N{' else'{' # '}'|", "x = b'{' if r'\\N{' else'{'|");
}

#[test]
fn a_text_that_is_not_understood_stays() {
    for text in
        ["x # a\n'", "x # a\n'''\n", "x # a\n)", "x # a\r\n", "\u{feff}x # a\n", "x # a\nf'{'\n", "x # a\nf'{)}'\n"]
    {
        assert_eq!(strip(text, false), text);
    }
}

#[test]
fn kept_docstrings_are_kept() {
    let text = "'''a  \n'''\ndef f():\n    'b'  # c\n";
    assert_eq!(strip(text, true), "'''a  \n'''\ndef f():\n    'b'\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Most of these are no Python.
    #[test]
    fn any_tokens_stay_in_their_places(tokens in proptest::collection::vec(proptest::sample::select(&[
        "'", "'", "\"", "'''", "\"\"\"", "f'", "rf'", "t'''", "f\"", "r'", "b'", "{", "{", "}", "}", "{{", "}}", "(", ")", ":", "=",
        "!r", "#", "# a\n", "\\", "\\\n", "\\N{EN DASH}", "\n", "\n", "\n    ", "x", "x = ", "0", " ", ";", "if x:", "é", "\u{c}",
    ][..]), 0..24)) {
        let text = tokens.concat();
        prop_assert_eq!(difference(&text, false), None, "{:?}", text);
        prop_assert_eq!(difference(&text, true), None, "{:?}", text);
    }
}

/// What the build made of it all.
#[cfg(all(feature = "stdlib-pure", not(feature = "stdlib")))]
mod embedded {
    use super::*;
    use exocet::{Imports, Runtime};

    #[test]
    fn the_library_is_stripped() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib_pure");
        let list = std::fs::read_to_string(root.join("docstrings.txt")).unwrap();
        let mut documented: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
        let mut compared = 0;
        for module in Runtime::new().unwrap().search_path().unwrap().walk_modules().map(Result::unwrap) {
            let Some((source, path)) = module.source_and_path() else { continue };
            if source.label() != "<stdlib>" || module.kind() == Kind::Namespace {
                continue;
            }
            let own = root.join(path);
            let file = if own.exists() { own } else { Path::new(rustpython_pylib::LIB_PATH).join(path) };
            let original = std::fs::read_to_string(file).unwrap();
            let keep_docstrings = documented.contains(&module.name());
            documented.retain(|name| *name != module.name());
            assert_eq!(module.text().unwrap().unwrap(), strip(&original, keep_docstrings), "{module}");
            compared += 1;
        }
        assert!(compared > 200, "{compared}");
        assert_eq!(documented, [""; 0], "these are not in the library");
    }

    /// Code that reads a docstring when it is imported fails without one.
    #[test]
    fn all_of_the_library_can_be_imported() {
        let runtime = Runtime::new().unwrap();
        let mut failed = Vec::new();
        for module in runtime.search_path().unwrap().walk_modules().map(Result::unwrap) {
            if !module.origin().is_some_and(|origin| origin.starts_with("<stdlib>/"))
                || module.name().ends_with("__main__")
            {
                continue;
            }
            if let Err(error) = runtime.import(module.name(), &Imports::pass_through()) {
                failed.push(format!("{module}: {error}"));
            }
        }
        // Some are for modules that this part of the library doesn't have.
        failed.retain(|error| !error.contains("ModuleNotFoundError"));
        assert_eq!(failed, [""; 0]);
    }
}
