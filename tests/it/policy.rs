//! Policies: which rule decides, what it gives, and what becomes of names that mean nothing.

use crate::support::{attr, handle};
use exocet::{
    Imports, Memory, Policy, Rule, Runtime,
    check::{self, Problem},
    modules::SearchPath,
    policy::Outcome,
    raw::{self, load},
};
use std::sync::Arc;

/// What the modules under a policy find beside themselves.
const FILES: [(&str, &str); 5] = [
    (
        "tool.py",
        "secret = 'secret'\ndef shout(text):\n    return text.upper()\ndef hide():\n    return secret\nclass Kind:\n    def work(self): pass\n",
    ),
    ("other.py", "word = 'other'"),
    ("pk/__init__.py", "from . import sub\nfrom .sub import word"),
    ("pk/sub.py", "word = 'sub'"),
    ("pk/side.py", "word = 'side'"),
];

thread_local! {
    /// One runtime for all that a test loads: an interpreter that is dropped leaves memory behind.
    static RUNTIME: (Runtime, Arc<Memory>) = {
        let memory = Arc::new(FILES.iter().fold(Memory::new("<memory>"), |memory, (path, text)| memory.with(*path, *text)));
        let runtime = Runtime::builder().isolated().shared_source(memory.clone()).build().expect("it builds");
        (runtime, memory)
    };
}

/// Loads `code` as `guest` under a policy over plain importing, and gives `repr(got)`, or the class and the message of what
/// it raised.
#[track_caller]
fn got(policy: &Policy, code: &str) -> String {
    RUNTIME.with(|(runtime, memory)| {
        memory.insert("guest.py", code);
        runtime.enter(|vm| {
            let mapper = policy.checked_mapper(raw::pass_through(vm), vm).expect("its names mean something");
            let guest = handle("guest", vm).and_then(|guest| load(&guest, &mapper, vm));
            let seen = guest.and_then(|guest| attr(guest.as_ref(), "got", vm));
            seen.unwrap_or_else(|error| exocet::raw::describe(&error, vm))
        })
    })
}

#[test]
fn the_first_rule_that_fits_decides() {
    let policy = Policy::denying().rule(Rule::deny(["pk.side"])).rule(Rule::allow(["pk", "other"]));
    assert_eq!(got(&policy, "import pk\ngot = pk.word"), "'sub'");
    assert_eq!(
        got(&policy, "import pk.side"),
        "ModuleNotFoundError: No module named 'pk.side': denied by the policy's rule 1 (deny pk.side) (asked by guest, <memory>/guest.py:1)"
            .replace("<memory>", place(&got(&policy, "import pk.side")))
    );
    assert!(got(&policy, "import tool").contains("denied by the policy, no rule of which allows it (asked"));
    let why = policy.clone().because("guests compute");
    assert!(
        got(&why, "import tool").contains("denied by the policy, no rule of which allows it: guests compute (asked")
    );
    assert_eq!(why.rule_on("tool", None).reason, "the default (deny: guests compute)");
    assert_eq!(Policy::from_toml(&why.to_toml()).expect("it was written"), why);
    assert!(got(&policy, "from pk import side").contains("rule 1"));
    let turned = Policy::denying().rule(Rule::allow(["pk", "other"])).rule(Rule::deny(["pk.side"]));
    assert_eq!(got(&turned, "import pk.side\ngot = pk.side.word"), "'side'");
}

/// Where the file of a message stands.
fn place(message: &str) -> &str {
    let at = message.find("(asked by guest, ").expect("it says who asked") + "(asked by guest, ".len();
    let end = message.find("/guest.py").expect("it says where");
    &message[at..end]
}

#[test]
fn what_is_below_an_allowed_name_comes_with_a_bare_parent() {
    let policy = Policy::denying().rule(Rule::allow(["pk.side"]));
    assert_eq!(got(&policy, "import pk.side\ngot = pk.side.word"), "'side'");
    assert_eq!(got(&policy, "from pk import side\ngot = side.word"), "'side'");
    assert!(got(&policy, "import pk").contains("denied"));
    assert!(got(&policy, "import pk.side\ngot = pk.word").starts_with("AttributeError"));
    assert!(got(&policy, "from pk import word").contains("denied"));
}

#[test]
fn a_redirect_gives_another_module_that_has_to_be_allowed_as_well() {
    let policy = Policy::denying().rule(Rule::redirect("tool", "other")).rule(Rule::allow(["other"]));
    assert_eq!(got(&policy, "import tool\ngot = tool.word"), "'other'");
    let error = policy_error(&Policy::denying().rule(Rule::redirect("tool", "other")));
    assert!(error.contains("its target `other` is denied by the default (deny)"), "{error}");
}

#[test]
fn a_part_of_a_module_has_the_names_that_are_let_through() {
    let policy = Policy::denying().rule(Rule::attenuate("tool", ["shout"]).because("no secrets"));
    assert_eq!(got(&policy, "import tool\ngot = tool.shout('a'), tool.shout is tool.shout, dir(tool)").as_str(), {
        "('A', True, ['__doc__', '__name__', '__package__', 'shout'])"
    });
    assert_eq!(
        got(&policy, "import tool\ntool.secret"),
        "Withheld: 'tool.secret' is withheld by the policy's rule 1 (attenuate tool: no secrets)"
    );
    for code in [
        "import tool\ntool.hide",
        "import tool\ntool.__loader__",
        "import tool\ntool.__spec__",
        "import tool\ngetattr(tool, 'secret')",
        "import tool\ntool.shout = len",
        "import tool\ndel tool.shout",
        "import tool\nvars(tool)['secret']",
        "from tool import secret",
        "from tool import shout, hide",
        "import tool.hide",
        "from tool import *\nsecret",
    ] {
        let seen = got(&policy, code);
        let refused =
            ["Withheld: ", "ModuleNotFoundError: No module named 'tool.", "KeyError: 'secret'", "NameError: "];
        assert!(refused.iter().any(|start| seen.starts_with(start)), "{code}: {seen}");
    }
    assert_eq!(got(&policy, "import tool\ngot = hasattr(tool, 'secret'), hasattr(tool, 'shout')"), "(False, True)");
    assert_eq!(got(&policy, "from tool import *\ngot = shout('x')"), "'X'");
    assert_eq!(got(&policy, "import tool\ntool.never"), "AttributeError: module 'tool' has no attribute 'never'");
    assert_eq!(
        got(&policy, "import tool\ngot = type(tool.shout).__name__, isinstance(tool, type(__import__('tool')))"),
        "('function', True)"
    );
    // It is no wall, and doesn't say that it is one: what is handed out leads to the rest.
    assert_eq!(got(&policy, "import tool\ngot = tool.shout.__globals__['secret']"), "'secret'");
}

#[test]
fn a_package_in_part_has_its_listed_submodules_and_is_whole_to_itself() {
    let policy = Policy::denying().rule(Rule::attenuate("pk", ["sub"]));
    assert_eq!(got(&policy, "from pk import sub\ngot = sub.word"), "'sub'");
    assert_eq!(got(&policy, "import pk.sub\ngot = pk.sub.word"), "'sub'");
    assert!(got(&policy, "import pk.side").contains("denied by the policy's rule 1"));
    assert!(got(&policy, "import pk\npk.word").starts_with("Withheld"));
    let realm = |code: &str| {
        let files = Memory::new("<realm>")
            .with("guest.py", code)
            .with("pk/__init__.py", "from . import side\nfrom .side import word\nword += '!'")
            .with("pk/side.py", "word = 'side'\nimport pk as whole\nwhole.__path__");
        let runtime = Runtime::builder().source(files).build().expect("it builds");
        let policy = Policy::allowing().rule(Rule::attenuate("pk", ["word"]));
        let imports = Imports::pass_through().with_policy(policy);
        let realm = runtime.realm(["guest", "pk"], &imports).unwrap();
        realm.import("guest").and_then(|guest| guest.get::<String>("got")).map_err(|error| error.to_string())
    };
    assert_eq!(realm("import pk\ngot = pk.word").as_deref(), Ok("side!"));
    assert!(realm("import pk\ngot = pk.side").unwrap_err().starts_with("Withheld"));
}

#[test]
fn a_rule_for_some_importers_knows_them_whatever_they_call_themselves() {
    let policy = Policy::allowing().rule(Rule::deny(["other"]).importers(["guest"]));
    for code in [
        "import other",
        "__name__ = 'friend'\nimport other",
        "__spec__ = __package__ = None\n__name__ = 'friend'\nimport other",
        "exec('import other', {'__name__': 'friend'})",
        "__import__('other', {'__name__': 'friend'})",
        "__import__('other', vars(__import__('tool')))",
        "[*map(__import__, ['other'])]",
        "import importlib\nimportlib.import_module('other')",
        "__spec__.loader_state.lookup('other')",
        "type(lambda: 0)(compile('import other', 'x', 'exec'), {'__name__': 'friend'})()",
        "def f():\n    global __name__\n    __name__ = 'friend'\n    import other\nf()",
        "class C:\n    __name__ = 'friend'\n    import other",
        "import pk\nfrom importlib import import_module\nimport_module('.other', 'pk.x'.split('.')[0])",
    ] {
        let seen = got(&policy, code);
        assert!(seen.starts_with("ModuleNotFoundError"), "{code}: {seen}");
    }
    assert_eq!(got(&policy, "import tool\ngot = tool.shout('a')"), "'A'");
    let files = Memory::new("<app>").with("friend.py", "import other\ngot = other.word").with("other.py", "word = 1");
    let runtime = Runtime::builder().source(files).build().unwrap();
    let imports = Imports::pass_through().with_policy(policy_of("guest", "other"));
    assert_eq!(runtime.load("friend", &imports).unwrap().get::<i32>("got").unwrap(), 1);
}

fn policy_of(importer: &str, denied: &str) -> Policy {
    Policy::allowing().rule(Rule::deny([denied]).importers([importer]))
}

#[test]
fn importers_that_get_different_answers_get_different_views_of_a_parent() {
    for order in [["one", "two"], ["two", "one"]] {
        let files = Memory::new("<app>")
            .with("one.py", "import pk.sub\ngot = hasattr(pk, 'word')")
            .with("two.py", "import pk.sub\ngot = hasattr(pk, 'word')")
            .with("pk/__init__.py", "word = 1")
            .with("pk/sub.py", "");
        let runtime = Runtime::builder().source(files).build().unwrap();
        let policy = Policy::denying()
            .rule(Rule::allow(["pk"]).importers(["one"]))
            .rule(Rule::allow(["pk.sub"]).importers(["two"]));
        let imports = Imports::pass_through().with_policy(policy);
        for name in order {
            let seen: bool = runtime.load(name, &imports).unwrap().get("got").unwrap();
            assert_eq!(seen, name == "one", "{name} of {order:?}");
        }
    }
}

/// The error of checking the names of a policy.
#[track_caller]
fn policy_error(policy: &Policy) -> String {
    let path = SearchPath::new().with(
        Memory::new("<path>")
            .with("tool.py", "def shout():\n    pass")
            .with("other.py", "")
            .with("pk/__init__.py", "")
            .with("pk/side.py", ""),
    );
    policy.check(&path, |name| name == "host").expect_err("a name means nothing").to_string()
}

#[test]
fn a_name_that_means_nothing_is_an_error_that_says_what_was_meant() {
    let told = |rule: Rule| policy_error(&Policy::allowing().rule(Rule::allow(["host"])).rule(rule));
    assert_eq!(told(Rule::deny(["toll"])), "rule 2 (deny toll): there is no module `toll`; did you mean `tool`?");
    assert_eq!(
        told(Rule::deny(["pk.sdie"])),
        "rule 2 (deny pk.sdie): there is no module `pk.sdie`; did you mean `pk.side`?"
    );
    assert_eq!(told(Rule::deny(["elsewhere"])), "rule 2 (deny elsewhere): there is no module `elsewhere`");
    assert!(
        told(Rule::deny(["tool.shout"]))
            .ends_with("`tool` is not a package, and rules are about modules; `attenuate` is about attributes")
    );
    assert!(told(Rule::attenuate("tool", ["shuot"])).ends_with("`tool` has no `shuot`; did you mean `shout`?"));
    assert!(told(Rule::deny(["not..a name"])).contains("is not a module name"));
    assert!(told(Rule::deny(["tool"]).importers(["a/b"])).contains("`a/b` is not a module name"));
    let path = SearchPath::new();
    Policy::allowing().rule(Rule::deny(["elsewhere"]).optional()).check(&path, |_| false).unwrap();
}

#[test]
fn a_policy_tells_what_it_would_say() {
    let policy = Policy::denying().rule(Rule::allow(["json"]).importers(["app"])).rule(Rule::redirect("a", "b"));
    assert_eq!(policy.rule_on("json.decoder", Some("app.main")).what, Outcome::Allowed);
    assert_eq!(policy.rule_on("json", Some("apple")).what, Outcome::Denied);
    assert_eq!(policy.rule_on("json", None).rule, None);
    assert_eq!(policy.rule_on("a.c", None).what, Outcome::Redirected("b.c".to_owned()));
    assert_eq!(policy.rule_on("a.c", None).reason, "rule 2 (redirect a to b)");
}

#[cfg(feature = "toml")]
#[test]
fn a_policy_is_read_from_toml_and_written_back() {
    let text = r#"
default = "deny"

[[rule]]
allow = ["re", "math"]

[[rule]]
attenuate = { json = ["loads"], tool = "shout" }
importers = "plugins"
why = "plugins read"

[[rule]]
redirect = { simplejson = "json" }
optional = true
"#;
    let policy = Policy::from_toml(text).unwrap();
    let built = Policy::denying().rule(Rule::allow(["re", "math"]));
    assert_eq!(policy.rules()[0], built.rules()[0]);
    assert_eq!(policy.rule_on("json", Some("plugins.a")).what, Outcome::Attenuated(["loads".to_owned()].into()));
    assert_eq!(Policy::from_toml(&policy.to_toml()).unwrap(), policy);
    assert_eq!(Policy::from_toml(&policy.to_toml()).unwrap().to_toml(), policy.to_toml());
}

#[cfg(feature = "toml")]
#[test]
fn a_bad_policy_file_is_one_error_with_its_place() {
    for (text, message) in [
        ("defualt = 'deny'", "line 1, column 1|unknown key `defualt` in a policy; did you mean `default`?"),
        (
            "default = 'deny'\n[[rule]]\nalow = 'os'",
            "line 3, column 1|unknown key `alow` in a rule; did you mean `allow`?",
        ),
        ("default = 'deny'\n[[rule]]\nzzz = 1", "unknown key `zzz` in a rule; known are `allow`"),
        ("default = 'maybe'", "`default` is \"allow\" or \"deny\", and not \"maybe\""),
        (
            "default = 'deny'\nconfined = true",
            "line 2, column 1|unknown key `confined` in a policy; known are `default`, `why`, `rule`",
        ),
        ("rule = []", "a policy needs a `default`"),
        ("default = 'deny'\n[[rule]]\nwhy = 'x'", "and this one has none"),
        ("default = 'deny'\n[[rule]]\nallow = 'a'\ndeny = 'b'", "and this one has several"),
        ("default = 'deny'\n[[rule]]\nallow = 3", "a name or a list of names is wanted"),
        ("default = 'deny", "line 1"),
        ("rule = 3\ndefault = 'deny'", "line 1"),
        ("default = 'deny'\ndefault = 'deny'", "line 2"),
    ] {
        let error = Policy::from_toml(text).expect_err(text).to_string();
        assert!(message.split('|').all(|part| error.contains(part)), "{text}: {error}");
    }
}

#[test]
fn one_importer_does_not_ask_in_the_name_of_another() {
    let guest = |code: &str| {
        let files = Memory::new("<app>")
            .with("guest.py", &*format!("import friend\n{code}"))
            .with("friend.py", "import other\ndef ask(f, name): return f(name)")
            .with("other.py", "");
        let runtime = Runtime::builder().source(files).build().unwrap();
        let policy = Policy::denying().rule(Rule::allow(["other"]).importers(["friend"])).rule(Rule::allow(["friend"]));
        let imports = Imports::pass_through().with_policy(policy);
        let realm = runtime.realm(["guest", "friend"], &imports).unwrap();
        realm.import("guest").map(drop).map_err(|error| error.to_string())
    };
    for code in [
        "import other",
        "friend.__builtins__['__import__']('other')",
        "friend.ask(__import__, 'other')",
        "exec('import other', vars(friend))",
    ] {
        let error = guest(code).expect_err(code);
        assert!(error.starts_with("ModuleNotFoundError"), "{code}: {error}");
    }
    assert_eq!(guest("friend.other"), Ok(()));
}

#[test]
fn of_two_attenuations_a_name_has_to_pass_both() {
    let inner = Policy::allowing().rule(Rule::attenuate("tool", ["shout", "hide"]));
    let outer = Policy::allowing().rule(Rule::attenuate("tool", ["shout"]));
    let files = Memory::new("<both>")
        .with("tool.py", "def shout(text): return text.upper()\ndef hide(): pass\nsecret = 1")
        .with("guest.py", "import tool\ngot = [hasattr(tool, name) for name in ('shout', 'hide', 'secret')]");
    let runtime = Runtime::builder().source(files).build().expect("it builds");
    for (first, second) in [(&inner, &outer), (&outer, &inner)] {
        let imports = Imports::pass_through().with_policy(first.clone()).with_policy(second.clone());
        let guest = runtime.load("guest", &imports).expect("it loads");
        assert_eq!(guest.get::<Vec<bool>>("got").expect("a list"), [true, false, false]);
        let realm = runtime.realm(["guest", "tool"], &imports).expect("a realm");
        let guest = realm.import("guest").expect("it loads");
        assert_eq!(guest.get::<Vec<bool>>("got").expect("a list"), [true, false, false], "in a realm");
        let findings = runtime.check(["guest"], &imports).expect("it is checked");
        assert!(
            findings
                .iter()
                .all(|finding| !matches!(finding.problem, Problem::Import { outcome: check::Outcome::Missing(_), .. })),
            "{findings:?}"
        );
    }
}

#[test]
fn renames_within_attenuations_are_followed_and_may_not_go_in_circles() {
    let attenuated = |names: [&str; 2]| {
        names.into_iter().fold(Policy::allowing(), |policy, name| policy.rule(Rule::attenuate(name, ["word"])))
    };
    let files = Memory::new("<circle>")
        .with("one.py", "word = 'one'\nmore = 1")
        .with("two.py", "word = 'two'\nmore = 2")
        .with("guest.py", "import one\ngot = one.word, hasattr(one, 'more')");
    let runtime = Runtime::builder().source(files).build().expect("it builds");
    let redirected = Policy::allowing().rule(Rule::redirect("one", "two"));
    let imports = |policy: Policy| Imports::pass_through().with_policy(policy).with_policy(attenuated(["one", "two"]));
    let way = imports(redirected.clone());
    let guest = runtime.load("guest", &way).expect("it loads");
    assert_eq!(guest.get::<(String, bool)>("got").expect("a pair"), ("two".to_owned(), false));
    assert!(runtime.mapper(&way).and_then(|mapper| mapper.call::<bool>("contains", ("one",))).expect("it answers"));
    let circle = imports(redirected.rule(Rule::redirect("two", "one")));
    let error = runtime.load("guest", &circle).expect_err("it goes in circles");
    assert!(error.to_string().contains("the renames of 'one' go in circles"), "{error}");
    assert_eq!(runtime.check(["guest"], &circle).expect("it is checked").len(), 1);
}
