//! Python scripts with what they print in their header, in lines that begin with `# > `.
//!
//! Each script runs in a runtime of its own. What it loads stands in its header too: `# file: NAME`, followed by the
//! file's lines after `# | `.

use crate::support::{Fixture, KINDS, fixture};
use exocet::{
    Memory, Runtime,
    modules::{PythonModule, SearchPath},
    raw::{self, run_main, traceback},
};
use std::{fs, path::Path};

/// A script's fixture files and what it is expected to print.
struct Script {
    text: String,
    expected: String,
    files: Vec<(String, String)>,
}

fn read(path: &Path) -> Script {
    let text = fs::read_to_string(path).expect("the script is there");
    let (mut expected, mut files) = (String::new(), Vec::<(String, String)>::new());
    for line in text.lines().take_while(|line| line.starts_with('#') || line.is_empty()) {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.to_owned(), String::new()));
        } else if let Some(line) = line.strip_prefix("# | ").or_else(|| line.strip_prefix("# |")) {
            let (_, file) = files.last_mut().expect("a file was named before its lines");
            file.push_str(line);
            file.push('\n');
        } else if let Some(line) = line.strip_prefix("# > ").or_else(|| line.strip_prefix("# >")) {
            expected.push_str(line);
            expected.push('\n');
        }
    }
    Script { text, expected, files }
}

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut scripts: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("it").path()).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    let mut failed = String::new();
    for path in scripts {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let script = read(&path);
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
