//! `exocet.pyi` describes the Python module as it is: its names, the members of its classes, and their parameters.

use exocet::{
    Runtime, STUBS, raw,
    syntax::{attributes, imports},
    vm::{PyObjectRef, PyResult, VirtualMachine},
};
use std::collections::BTreeSet;

/// What Python sees: each public name of `owner` with its docstring, as `(name, doc)`.
const SEEN: &str = "
import exocet
def seen(owner):
    owner = getattr(exocet, owner) if owner else exocet
    return [(name, value.__doc__ or '') for name, value in vars(owner).items() if not name.startswith('_')]
";

fn seen(owner: &str, vm: &VirtualMachine) -> PyResult<Vec<(String, String)>> {
    let handle = exocet::raw::search_path(vm)?.get("seen").map_err(|error| error.into_exception(vm))?;
    let module = exocet::raw::load(&handle, &raw::pass_through(vm), vm)?;
    let pairs: Vec<PyObjectRef> = module.get_attr("seen", vm)?.call((owner.to_owned(),), vm)?.try_into_value(vm)?;
    let pair = |pair: PyObjectRef| {
        let pair: Vec<String> = pair.try_to_value(vm)?;
        let [name, doc] = <[String; 2]>::try_from(pair).expect("a name and its docstring");
        Ok((name, doc))
    };
    pairs.into_iter().map(pair).collect()
}

/// The lines of a class in the stubs, without their indentation; of the module for no class.
fn body(owner: &str) -> String {
    if owner.is_empty() {
        return STUBS.to_owned();
    }
    let mut lines = STUBS.lines();
    let head = [format!("class {owner}:"), format!("class {owner}(IMapper):")];
    assert!(lines.any(|line| head.iter().any(|head| head == line)), "the stubs have a class {owner}");
    let indented = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    indented.map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
}

/// The public names that a body binds, without those that it imports.
fn described(body: &str) -> BTreeSet<String> {
    let imported: BTreeSet<_> =
        imports(body, "exocet", false).expect("it parses").into_iter().filter_map(|import| import.item).collect();
    let names = attributes(body).expect("it parses").into_iter();
    names.filter(|name| !name.starts_with('_') && !imported.contains(name)).collect()
}

/// The names between the brackets of `def name(...)`, without `self` and markers.
fn parameters(signature: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    let inner = signature.split_once('(').expect("a bracket opens").1;
    for char in inner.chars() {
        match char {
            ')' if depth == 0 => break,
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().expect("there is one").push(char),
            _ => {}
        }
    }
    let name = |part: &String| part.split([':', '=']).next().unwrap_or_default().trim().to_owned();
    parts.iter().map(name).filter(|name| !["", "self", "/"].contains(&name.as_str())).collect()
}

#[test]
fn the_stubs_describe_what_python_sees() {
    let source = exocet::Memory::new("<seen>").with("seen.py", SEEN);
    let runtime = Runtime::builder().isolated().source(source).build().expect("it starts");
    let classes = [
        "IMapper",
        "DictMapper",
        "CallableMapper",
        "ExclusiveMapper",
        "Realm",
        "Plugins",
        "Reply",
        "Replacement",
        "Holder",
        "PythonModule",
        "PythonAttribute",
    ];
    for owner in [""].iter().chain(&classes) {
        let body = body(owner);
        let members = runtime
            .enter(|vm| seen(owner, vm).unwrap_or_else(|error| panic!("{}", exocet::raw::traceback(&error, vm))));
        let names: BTreeSet<String> = members.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(described(&body), names, "the members of {}", if owner.is_empty() { "exocet" } else { owner });
        for (name, doc) in members {
            let Some(line) = body.lines().find(|line| line.starts_with(&format!("def {name}("))) else { continue };
            // The docstring of a function begins with its signature; of a property it doesn't.
            if body.contains(&format!("@property\n{line}")) {
                continue;
            }
            let (signature, _) =
                doc.split_once("):").unwrap_or_else(|| panic!("{owner}.{name} has a signature: {doc}"));
            assert_eq!(parameters(line), parameters(&format!("{signature})")), "the parameters of {owner}.{name}");
        }
    }
}

#[test]
fn every_class_of_the_module_is_in_the_stubs() {
    let classes: Vec<&str> = STUBS.lines().filter_map(|line| line.strip_prefix("class ")).collect();
    assert_eq!(classes.iter().filter(|class| !class.starts_with('_')).count(), 14, "{classes:?}");
}
