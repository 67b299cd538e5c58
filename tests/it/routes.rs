//! The known routes round a mapper, each with what the README says of it. A route that opens or closes fails a test here.

use crate::support::{attr, each_source, handle};
use exocet::{MapperRef, load, mapper, vm::VirtualMachine};

/// What becomes of a route.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Route {
    /// It goes to the mapper, which denies it.
    Closed,
    /// It leads to what the mapper would have denied.
    Open,
}

/// Loads `code` under a mapper that lets in only `allowed`, and looks whether it got hold of what it calls `got`.
#[track_caller]
fn check(allowed: &[&str], code: &str, expected: Route) {
    let body = code.replace('\n', "\n    ");
    let module = format!("try:\n    {body}\n    reached = got is not None\nexcept ImportError:\n    reached = False\n");
    each_source(&[("guest.py", &module)], |vm| {
        let guest = load(&handle("guest", vm)?, &only(allowed, vm), vm)?;
        let route = if attr(guest.as_ref(), "reached", vm)? == "True" { Route::Open } else { Route::Closed };
        assert_eq!(route, expected, "{code}");
        Ok(())
    });
}

/// Lets in the named modules, and nothing else.
fn only(allowed: &[&str], vm: &VirtualMachine) -> MapperRef {
    let names = vm.ctx.new_dict();
    for name in allowed {
        let module = mapper::pass_through(vm).lookup(name, vm).expect("the interpreter has it");
        names.set_item(*name, module, vm).expect("a dict takes it");
    }
    mapper::overrides(names, vm)
}

#[test]
fn code_that_is_executed_goes_to_the_mapper_with_any_globals() {
    check(&[], "space = {}\nexec('import sys', space)\ngot = space['sys']", Route::Closed);
    check(&[], "got = eval('__import__(\"sys\")', {})", Route::Closed);
    check(
        &["builtins"],
        "import builtins\nspace = {'__builtins__': builtins}\nexec('import sys', space)\ngot = space['sys']",
        Route::Closed,
    );
    check(&[], "space = {}\nexec(compile('import sys', 'x', 'exec'), space)\ngot = space['sys']", Route::Closed);
}

#[test]
fn a_function_made_of_code_has_the_builtins_of_its_maker_or_of_its_globals() {
    let make = "import_sys = compile('import sys\\ngot = sys', 'x', 'exec')\nspace = GLOBALS\ntype(lambda: 0)(import_sys, space)()\ngot = space.get('got')";
    check(&[], &make.replace("GLOBALS", "{}"), Route::Closed);
    check(&["builtins"], &make.replace("GLOBALS", "{'__builtins__': __import__('builtins')}"), Route::Open);
}

#[test]
fn a_builtin_function_knows_the_real_builtins() {
    check(&[], "got = len.__self__.__import__('sys')", Route::Open);
}

#[test]
fn a_module_that_is_let_in_shows_its_loader_and_its_modules() {
    check(&["exocet"], "import exocet\ngot = exocet.__spec__.loader", Route::Open);
    #[cfg(feature = "stdlib")]
    check(&["json"], "import json\ngot = json.codecs", Route::Open);
}

#[test]
fn every_class_is_reached_from_any_object() {
    check(
        &[],
        "got = [kind for kind in ().__class__.__base__.__subclasses__() if kind.__name__ == 'module'][0]",
        Route::Open,
    );
}

#[test]
fn machinery_that_is_passed_through_goes_to_the_mapper() {
    let calls = [
        "import importlib\ngot = importlib.import_module('denied')",
        "import importlib\ngot = importlib.__import__('denied')",
        "import importlib.util\ngot = importlib.util.find_spec('denied')",
        "import pkgutil\ngot = pkgutil.resolve_name('denied:word')",
        "import runpy\ngot = runpy.run_module('denied')",
    ];
    for call in calls {
        let guest = call.replace('\n', "\n    ");
        let guest = format!("try:\n    {guest}\nexcept ImportError:\n    got = None\n");
        each_source(&[("guest.py", &guest), ("denied.py", "word = 1")], |vm| {
            let mapper = mapper::exclusion(mapper::pass_through(vm), ["denied"], vm);
            let guest = load(&handle("guest", vm)?, &mapper, vm)?;
            assert_eq!(attr(guest.as_ref(), "got", vm)?, "None", "{call}");
            let open = load(&handle("guest", vm)?, &mapper::pass_through(vm), vm)?;
            assert_ne!(attr(open.as_ref(), "got", vm)?, "None", "{call}");
            Ok(())
        });
    }
}

#[cfg(feature = "stdlib")]
#[test]
fn machinery_that_is_handed_over_as_it_is_imports_for_itself() {
    check(&["importlib"], "import importlib\ngot = importlib.import_module('sys')", Route::Open);
    check(&["pickle"], "import pickle\ngot = pickle.loads(b'csys\\nexit\\n.')", Route::Open);
    check(&["sys"], "import sys\ngot = sys.modules['builtins']", Route::Open);
}

#[test]
fn a_call_just_like_the_vms_own_counts_as_the_vms() {
    let call = "got = [*map(__import__, ['sys'], [globals()], [locals()], [None], [0])][0]";
    check(&[], call, Route::Open);
    check(&[], "got = __import__('sys', globals(), locals(), None, 0)", Route::Closed);
}

#[test]
fn what_a_module_does_to_its_builtins_is_seen_under_the_same_mapper_only() {
    let tree = [("poison.py", "__builtins__['len'] = 'poisoned'"), ("victim.py", "seen = len")];
    each_source(&tree, |vm| {
        let (one, other) = (mapper::empty(vm), mapper::empty(vm));
        load(&handle("poison", vm)?, &one, vm)?;
        assert_eq!(attr(load(&handle("victim", vm)?, &one, vm)?.as_ref(), "seen", vm)?, "'poisoned'");
        assert_eq!(attr(load(&handle("victim", vm)?, &other, vm)?.as_ref(), "seen", vm)?, "<built-in function len>");
        Ok(())
    });
}
