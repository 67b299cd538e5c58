//! Python scripts with what they print in their header, each in a runtime of its own.

use crate::support::{
    Fixture, KINDS, fixture,
    script::{self, Script},
};
use exocet::{
    Memory, Runtime,
    modules::{PythonModule, SearchPath},
    raw::{self, run_main, traceback},
};
/// Runs a script with `print` collected, and gives what it printed and how it ended.
fn run(script: &Script, kind: &str) -> String {
    let files: Vec<_> = script.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let fixture = match kind {
        "memory" => Fixture::of(Memory::new("<fixture>"), &files),
        _ => fixture(kind, &files),
    };
    let main = Memory::new("<scripts>").with("script.py", script.text.as_str()).with("collect.py", COLLECT);
    let runtime =
        Runtime::builder().isolated().shared_source(fixture.source.clone()).source(main).build().expect("it starts");
    runtime.enter(|vm| {
        let run = || {
            let path = exocet::raw::search_path(vm)?;
            let find = |path: &SearchPath, name: &str| path.get(name).map_err(|error| error.into_exception(vm));
            let collect = exocet::raw::load(&find(&path, "collect")?, &raw::pass_through(vm), vm)?;
            let script: PythonModule = find(&path, "script")?;
            let overrides = vm.ctx.new_dict();
            overrides.set_item("collect", collect.clone(), vm)?;
            let own = raw::pass_through(vm).with_overrides(overrides, vm);
            collect.get_attr("install", vm)?.call((), vm)?;
            let result = run_main(&script, &own, vm);
            let printed: String = collect.get_attr("printed", vm)?.call((), vm)?.try_into_value(vm)?;
            result.map(|()| printed)
        };
        run().unwrap_or_else(|error| traceback(&error, vm))
    })
}

/// Collects what is printed, also where there is no `io` module of the standard library.
const COLLECT: &str = "
import sys, builtins
class Out:
    def __init__(self): self.text = []
    def write(self, text): self.text.append(text)
    def flush(self): pass
out = Out()
def install(): sys.stdout = out
def printed(): return ''.join(out.text)
";

#[test]
fn every_script_prints_what_its_header_says() {
    let mut failed = String::new();
    for path in script::all() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let script = script::read(&path);
        // Scripts about the embedded standard library say so in their name.
        if name.starts_with("stdlib_") && !cfg!(feature = "stdlib") {
            continue;
        }
        // Those that show where their files are have them in memory.
        let everywhere = ["realm", "stdlib_by_name", "stdlib_resources"].iter().any(|start| name.starts_with(start));
        let kinds = if everywhere { &KINDS[..] } else { &KINDS[..1] };
        for kind in kinds {
            let printed = run(&script, kind);
            if printed != script.expected {
                failed +=
                    &format!("{name} (in {kind}) printed\n{printed}and was expected to print\n{}\n", script.expected);
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
