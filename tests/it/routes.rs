//! The known routes round a mapper, each with what becomes of it under a mapper alone. `docs/src/trust.md` has the same
//! table. A route that opens or closes fails a test here, on whichever build it does.

use crate::support::routes::{Closed, Open, ROUTES, Route, TOOL};
use crate::support::{attr, each_source, handle};
use exocet::{
    raw::{self, MapperRef, load},
    vm::{AsObject, VirtualMachine},
};

/// Loads the code of each route under its mapper, and looks whether it got hold of what it calls `got`.
#[track_caller]
fn check(mapper: impl Fn(&Route, &VirtualMachine) -> MapperRef) {
    let guests: Vec<_> =
        ROUTES.iter().enumerate().map(|(at, route)| (format!("guest{at}.py"), route.module())).collect();
    let mut tree: Vec<(&str, &str)> = guests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    tree.extend([("denied.py", "word = 'denied word'"), ("tool.py", TOOL)]);
    each_source(&tree, |vm| {
        let hit = vm.new_function("hook", |_: exocet::vm::function::FuncArgs, _: &VirtualMachine| "hit");
        vm.sys_module.as_object().set_attr("breakpointhook", hit, vm)?;
        let mut others = Vec::new();
        for (at, route) in ROUTES.iter().enumerate() {
            let guest = load(&handle(&format!("guest{at}"), vm)?, &mapper(route, vm), vm)?;
            let fate = if attr(guest.as_ref(), "reached", vm)? == "True" { Open } else { Closed };
            if fate != route.alone {
                others.push((route.code, fate));
            }
        }
        assert!(others.is_empty(), "{others:#?}");
        Ok(())
    });
}

/// Hands over what is named as it is, and nothing else.
fn only(allowed: &[&str], vm: &VirtualMachine) -> MapperRef {
    let names = vm.ctx.new_dict();
    for name in allowed.iter().chain(&["tool"]) {
        let module = raw::pass_through(vm).lookup(name, vm).expect("the interpreter has it");
        names.set_item(*name, module, vm).expect("a dict takes it");
    }
    raw::overrides(names, vm)
}

#[test]
fn each_route_round_a_mapper_alone_is_as_the_table_says() {
    check(|route, vm| only(route.allowed, vm));
}

#[test]
fn the_documentation_has_the_table() {
    let page = include_str!("../../docs/src/trust.md");
    let rows = page.lines().skip_while(|line| *line != "| route | a mapper alone |").skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    // Some routes need the library, or threads.
    if cfg!(all(feature = "stdlib", feature = "threading")) {
        for row in &rows {
            assert!(ROUTES.iter().any(|route| row.starts_with(&format!("| {} |", route.row))), "no test of {row}");
        }
    }
    for route in ROUTES {
        let row = rows.iter().find(|line| line.starts_with(&format!("| {} |", route.row)));
        let row = row.unwrap_or_else(|| panic!("no row {}", route.row));
        let says = if route.alone == Open { "open" } else { "closed" };
        // Without access to the host some of what the table calls open is closed.
        if route.row != "`open`" {
            assert!(row.starts_with(&format!("| {} | {says}", route.row)), "{row}");
        }
    }
}

#[test]
fn what_one_module_poisons_another_one_sees() {
    let tree = [
        (
            "poison.py",
            "try:\n    __builtins__['len'] = 'poisoned'\nexcept TypeError: pass\nimport shared\ntry:\n    shared.word = 'poisoned'\nexcept AttributeError: pass",
        ),
        ("victim.py", "import shared\nseen = str(len), shared.word"),
        ("shared.py", "word = 'clean'"),
    ];
    each_source(&tree, |vm| {
        let seen = |mapper: &MapperRef| {
            load(&handle("poison", vm)?, mapper, vm)?;
            attr(load(&handle("victim", vm)?, mapper, vm)?.as_ref(), "seen", vm)
        };
        let alone = raw::pass_through(vm);
        assert_eq!(seen(&alone)?, "('poisoned', 'poisoned')");
        // Builtins are shared under one mapper only; a shared module is everybody's.
        let other = attr(load(&handle("victim", vm)?, &raw::pass_through(vm), vm)?.as_ref(), "seen", vm)?;
        assert_eq!(other, "('<built-in function len>', 'poisoned')");
        Ok(())
    });
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
            let mapper = raw::exclusion(raw::pass_through(vm), ["denied"], vm);
            let guest = load(&handle("guest", vm)?, &mapper, vm)?;
            assert_eq!(attr(guest.as_ref(), "got", vm)?, "None", "{call}");
            let open = load(&handle("guest", vm)?, &raw::pass_through(vm), vm)?;
            assert_ne!(attr(open.as_ref(), "got", vm)?, "None", "{call}");
            Ok(())
        });
    }
}

#[test]
fn a_call_of_import_by_other_means_goes_to_the_mapper() {
    each_source(
        &[
            (
                "guest.py",
                "try:\n    __import__('denied', globals(), locals(), None, 0)\n    got = 1\nexcept ImportError:\n    got = None",
            ),
            ("denied.py", ""),
        ],
        |vm| {
            let guest = load(&handle("guest", vm)?, &raw::empty(vm), vm)?;
            assert_eq!(attr(guest.as_ref(), "got", vm)?, "None");
            Ok(())
        },
    );
}
