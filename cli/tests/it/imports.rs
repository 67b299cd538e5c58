//! `exocet imports`: what a module imports, without running it.

use crate::support::{Tree, json_of, run};
use serde_json::json;

#[test]
fn imports_are_told_without_running() {
    let module = "\
import os.path as p, sys
from .b import V as W
try:
    import fast
except ImportError:
    fast = 1 / 0
def f():
    from .. import up
if TYPE_CHECKING:
    import types
1 / 0";
    let tree: Tree<'_> = &[("pk/__init__.py", "1 / 0"), ("pk/sub/__init__.py", "1 / 0"), ("pk/sub/a.py", module)];
    let expected = "\
1:8   top level      os.path as p
1:22  top level      sys
2:16  top level      pk.sub.b.V as W
4:12  try            fast
8:20  function       pk.up
10:12  type checking  types
";
    let expected = expected.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let ran = run(tree, "imports --path . pk.sub.a");
    let lines = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(lines.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));

    let items = json_of(&run(tree, "imports --path . --json pk.sub.a"));
    assert_eq!(items.as_array().map(Vec::len), Some(6));
    assert_eq!(
        items[2],
        json!({"name": "pk.sub.b", "item": "V", "alias": "W", "level": 1, "line": 2, "column": 16, "kind": "top level"})
    );
    assert_eq!(
        items[5],
        json!({"name": "types", "item": null, "alias": null, "level": 0, "line": 10, "column": 12, "kind": "type checking"})
    );
}

#[test]
fn what_never_runs_and_what_is_lazy_is_marked() {
    let module = "import sys\nif sys.version_info < (3,):\n    import old\nlazy import late as l\n";
    let ran = run(&[("m.py", module)], "imports --path . m");
    let lines: Vec<_> = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines, ["1:8 top level sys", "3:12 never old", "4:13 top level late as l (lazy)"]);
    let items = json_of(&run(&[("m.py", module)], "imports --path . --json m"));
    assert_eq!(
        (&items[1]["kind"], &items[1]["lazy"], &items[2]["lazy"]),
        (&json!("never"), &json!(null), &json!(true))
    );
}
