//! Rust programs that load, call and are called: values both ways, functions of the host's, typed errors, handles.

use exocet::{
    Answer, Error, HostModule, Imports, Mapper, Memory, Object, Request, Runtime,
    vm::{AsObject, PyResult, VirtualMachine},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    sync::{Arc, Mutex},
};

/// A runtime with one module, `app`.
fn runtime(text: &str) -> Runtime {
    runtime_of(&[("app.py", text)])
}

fn runtime_of(files: &[(&str, &str)]) -> Runtime {
    let source = files.iter().fold(Memory::new("<app>"), |source, (path, text)| source.with(*path, text));
    Runtime::builder().isolated().source(source).build().expect("it starts")
}

/// A runtime, and its module `app`, which may import what `host` offers.
#[track_caller]
fn app_with(host: HostModule, text: &str) -> (Runtime, Object) {
    let runtime = runtime(text);
    let imports = Imports::pass_through().with_module(host);
    let app = runtime.load("app", &imports).unwrap_or_else(|error| panic!("{error:?}"));
    (runtime, app)
}

#[track_caller]
fn app(text: &str) -> (Runtime, Object) {
    app_with(HostModule::new("host"), text)
}

/// What the exception says that `app` fails with, in one line.
#[track_caller]
fn raised<T: Debug>(result: Result<T, Error>) -> String {
    let error = result.expect_err("an exception");
    error.exception().unwrap_or_else(|| panic!("no exception: {error}")).to_string()
}

/// What the typed error says that is no exception.
#[track_caller]
fn refused<T: Debug>(result: Result<T, Error>) -> String {
    let error = result.expect_err("an error");
    assert!(error.exception().is_none(), "{error}");
    error.to_string()
}

#[test]
fn a_plugin_is_loaded_called_and_read() {
    let host = HostModule::new("host").function("shout", |text: String| text.to_uppercase());
    let (_runtime, app) = app_with(
        host,
        "import host\ncount = 0\ndef reply(name, times):\n    global count\n    count += 1\n    return ' '.join([host.shout(name)] * times)",
    );
    assert_eq!(app.call::<String>("reply", ("Ann", 2)).unwrap(), "ANN ANN");
    assert_eq!(app.get::<u8>("count").unwrap(), 1);
    app.set("count", 41).unwrap();
    assert_eq!(app.call::<String>("reply", ("Bo", 1)).unwrap(), "BO");
    assert_eq!(app.get::<i64>("count").unwrap(), 42);
    assert!(app.has("reply").unwrap() && !app.has("absent").unwrap());
}

#[test]
fn loading_again_makes_another_module() {
    let runtime = runtime("state = []");
    let imports = Imports::pass_through();
    let (one, two) = (runtime.load("app", &imports).unwrap(), runtime.load("app", &imports).unwrap());
    one.get::<Object>("state").unwrap().call::<()>("append", (1,)).unwrap();
    assert_eq!((one.get::<Vec<i32>>("state").unwrap(), two.get::<Vec<i32>>("state").unwrap()), (vec![1], vec![]));
}

#[test]
fn a_package_is_loaded_with_its_modules() {
    let runtime = runtime_of(&[("pk/__init__.py", "from . import part"), ("pk/part.py", "n = 7")]);
    let context = runtime.load_package("pk", &Imports::pass_through()).unwrap();
    let package = context.import("pk").unwrap();
    assert_eq!(package.get::<Object>("part").unwrap().get::<i32>("n").unwrap(), 7);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Box { width: u8, height: u8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meters(f32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair(String, bool);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
struct Config {
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    limit: Option<u32>,
}

/// Bytes, which serde only tells from a list of numbers when it is told so.
#[derive(Debug, Clone, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

#[test]
fn values_cross_both_ways_unchanged() {
    #[track_caller]
    fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(app: &Object, value: T, python: &str) {
        assert_eq!(app.call::<String>("show", (&value,)).unwrap(), python);
        assert_eq!(app.call::<T>("same", (&value,)).unwrap(), value);
    }
    let (_runtime, app) = app("def show(value): return repr(value)\ndef same(value): return value");
    same(&app, true, "True");
    same(&app, i8::MIN, "-128");
    same(&app, i64::MIN, "-9223372036854775808");
    same(&app, u64::MAX, "18446744073709551615");
    same(&app, i128::MIN, "-170141183460469231731687303715884105728");
    same(&app, u128::MAX, "340282366920938463463374607431768211455");
    same(&app, 0.1_f64, "0.1");
    same(&app, f64::NEG_INFINITY, "-inf");
    same(&app, 1.5_f32, "1.5");
    same(&app, 'ß', "'ß'");
    same(&app, "a\0🦀".to_owned(), r"'a\x00🦀'");
    same(&app, Bytes(vec![0, 255]), r"b'\x00\xff'");
    same(&app, Option::<u8>::None, "None");
    same(&app, Some(3_u8), "3");
    same(&app, (), "None");
    same(&app, Unit, "None");
    same(&app, Meters(2.0), "2.0");
    same(&app, Pair("a".to_owned(), true), "('a', True)");
    same(&app, (1, "b".to_owned(), [2, 3]), "(1, 'b', (2, 3))");
    same(&app, vec![Some(1), None], "[1, None]");
    same(&app, Vec::<i32>::new(), "[]");
    same(&app, BTreeMap::from([((1, 2), "x".to_owned())]), "{(1, 2): 'x'}");
    same(&app, BTreeMap::from([(vec![1, 2], 'x')]), "{(1, 2): 'x'}");
    same(&app, BTreeMap::from([(3_u64, false), (4, true)]), "{3: False, 4: True}");
    same(&app, HashMap::from([(false, 1.0)]), "{False: 1.0}");
    same(&app, BTreeMap::from([(Some('k'), Shape::Point.clone().eq(&Shape::Point))]), "{'k': True}");
    same(&app, Shape::Point, "'Point'");
    same(&app, Shape::Circle(0.5), "{'Circle': 0.5}");
    same(&app, Shape::Line(1, 2), "{'Line': (1, 2)}");
    same(&app, Shape::Box { width: 1, height: 2 }, "{'Box': {'width': 1, 'height': 2}}");
    let config = Config { name: "n".to_owned(), tags: vec!["t".to_owned()], limit: None };
    same(&app, vec![config], "[{'name': 'n', 'tags': ['t'], 'limit': None}]");
    same(&app, serde_json::json!({"a": [1, -2, 0.5, null, true, "s"]}), "{'a': [1, -2, 0.5, None, True, 's']}");
}

#[test]
fn python_values_are_read_as_what_rust_asks_for() {
    #[track_caller]
    fn reads<T: DeserializeOwned + PartialEq + Debug>(app: &Object, code: &str, value: T) {
        assert_eq!(app.call::<T>("value", (code,)).unwrap_or_else(|error| panic!("{error:?}")), value);
    }
    let (_runtime, app) = app("
import collections, dataclasses, enum, types
def value(code): return eval(code)
Named = collections.namedtuple('Named', 'name tags limit')
Shape = enum.Enum('Shape', 'Point Other')
@dataclasses.dataclass
class Data:
    name: str
    limit: int
class Text(str): pass
class Sized:
    def __len__(self): return 2
    def __iter__(self): return iter('ab')
class Mapping:
    def keys(self): return ['name', 'limit']
    def __getitem__(self, key): return {'name': 'm', 'limit': 9}[key]
");
    let config = |name: &str, limit| Config { name: name.to_owned(), tags: Vec::new(), limit };
    reads(&app, "2", 2.0_f64);
    reads(&app, "10**300", 1e300_f64);
    reads(&app, "Text('t')", "t".to_owned());
    reads(&app, "bytearray(b'ab')", Bytes(b"ab".to_vec()));
    reads(&app, "memoryview(b'ab')", Bytes(b"ab".to_vec()));
    reads(&app, "b'ab'", vec![97_u8, 98]);
    reads(&app, "{1}", vec![1]);
    reads(&app, "frozenset({1})", vec![1]);
    reads(&app, "range(3)", (0, 1, 2));
    reads(&app, "collections.deque([1, 2])", [1, 2]);
    reads(&app, "{'a': 1}.values()", vec![1]);
    reads(&app, "Sized()", vec!['a', 'b']);
    reads(&app, "collections.OrderedDict(a=1)", BTreeMap::from([("a".to_owned(), 1)]));
    reads(&app, "types.MappingProxyType({'a': 1})", BTreeMap::from([("a".to_owned(), 1)]));
    reads(&app, "Mapping()", config("m", Some(9)));
    reads(&app, "Data('d', 3)", config("d", Some(3)));
    reads(&app, "types.SimpleNamespace(name='s', limit=None, more=1)", config("s", None));
    reads(&app, "Named('t', [], 4)", config("t", Some(4)));
    reads(&app, "Shape.Point", Shape::Point);
    reads(&app, "object()", serde::de::IgnoredAny);
}

#[test]
fn a_value_that_does_not_fit_is_one_error_that_says_what_and_where() {
    #[track_caller]
    fn unfit<T: DeserializeOwned + Debug>(app: &Object, code: &str, says: &str) {
        let error = app.call::<T>("value", (code,)).unwrap_err();
        assert!(error.is_misfit(), "{error:?}");
        assert_eq!(error.to_string(), format!("the result of `value` doesn't fit{says}"));
    }
    let (_runtime, app) = app("def value(code): return eval(code)\nloop = []\nloop.append(loop)\nclass C: pass");
    unfit::<u8>(&app, "256", ": invalid value: integer `256`, expected u8");
    unfit::<u64>(&app, "-1", ": invalid value: integer `-1`, expected u64");
    unfit::<i64>(&app, "2**63", ": invalid value: integer `9223372036854775808`, expected i64");
    unfit::<u128>(&app, "2**128", ": invalid value: an integer of more than 128 bits, expected u128");
    unfit::<f64>(&app, "10**400", ": invalid value: an integer that is too great for a float, expected f64");
    unfit::<i32>(&app, "1.0", ": invalid type: floating point `1.0`, expected i32");
    unfit::<i32>(&app, "True", ": invalid type: boolean `true`, expected i32");
    unfit::<bool>(&app, "1", ": invalid type: integer `1`, expected a boolean");
    unfit::<String>(&app, "b'x'", ": invalid type: a Python object of class `bytes`, expected a string");
    unfit::<String>(&app, "'\\ud800'", ": the string has surrogates, which no Rust string can have");
    unfit::<Vec<String>>(&app, "'text'", ": invalid type: string \"text\", expected a sequence");
    unfit::<String>(&app, "None", ": invalid type: unit value, expected a string");
    unfit::<String>(&app, "C()", ": invalid type: a Python object of class `C`, expected a string");
    unfit::<serde_json::Value>(
        &app,
        "C()",
        ": invalid type: a Python object of class `C`, expected any valid JSON value",
    );
    unfit::<Vec<i32>>(
        &app,
        "(n for n in [1])",
        ": invalid type: a Python object of class `generator`, expected a sequence",
    );
    unfit::<(i32, i32)>(&app, "[1]", ": invalid length 1, expected a tuple of size 2");
    unfit::<(i32, i32)>(&app, "[1, 2, 3]", ": it has 3 items, and 2 are wanted");
    unfit::<Vec<Config>>(
        &app,
        "[{'name': 'a'}, {'name': 1}]",
        " at `[1]['name']`: invalid type: integer `1`, expected a string",
    );
    unfit::<Config>(&app, "{}", ": missing field `name`");
    unfit::<Config>(&app, "C()", ": invalid type: a Python object of class `C`, expected struct Config");
    unfit::<Config>(&app, "'text'", ": invalid type: string \"text\", expected struct Config");
    unfit::<Shape>(&app, "'Star'", ": unknown variant `Star`, expected one of `Point`, `Circle`, `Line`, `Box`");
    unfit::<Shape>(&app, "{'Circle': 1, 'Line': 2}", ": an enum's variant is a dict of one entry, or a string");
    let deep = app.call::<serde_json::Value>("value", ("loop",)).unwrap_err().to_string();
    assert!(deep.ends_with("it is nested deeper than 128"), "{deep}");
}

#[test]
fn an_argument_without_a_form_in_python_names_itself() {
    #[derive(Serialize)]
    struct Broken {
        #[serde(serialize_with = "fails")]
        part: i32,
    }
    fn fails<S: serde::Serializer>(_: &i32, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no form"))
    }
    struct Deep;
    impl Serialize for Deep {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq([Deep])
        }
    }
    let (_runtime, app) = app("def f(*args): return len(args)");
    let error = app.call::<i32>("f", (1, [Broken { part: 1 }])).unwrap_err();
    assert!(error.is_misfit());
    assert_eq!(error.to_string(), "argument 2 of `f` doesn't fit at `[0].part`: no form");
    let key = BTreeMap::from([(BTreeMap::from([(1, 2)]), 3)]);
    assert_eq!(refused(app.call::<i32>("f", (key,))), "argument 1 of `f` doesn't fit: a map can't be a key of a dict");
    assert!(refused(app.call::<i32>("f", (Deep,))).ends_with("it is nested deeper than 128"));
    assert!(refused(app.set("x", Broken { part: 1 })).starts_with("attribute `x` doesn't fit at `.part`"));
}

#[test]
fn calls_take_any_number_of_arguments_and_keywords() {
    #[derive(Serialize)]
    struct Options {
        sep: &'static str,
    }
    let (_runtime, app) = app("def join(*args, sep=''): return sep.join(args)");
    assert_eq!(app.call::<String>("join", ()).unwrap(), "");
    assert_eq!(app.call::<String>("join", ("a", String::from("b"))).unwrap(), "ab");
    assert_eq!(app.call::<String>("join", vec!["x"; 20]).unwrap(), "x".repeat(20));
    assert_eq!(app.call::<String>("join", ["a", "b"].as_slice()).unwrap(), "ab");
    assert_eq!(app.call_with::<String>("join", ("a", "b"), Options { sep: "-" }).unwrap(), "a-b");
    let keywords = BTreeMap::from([("sep", "+")]);
    assert_eq!(app.call_with::<String>("join", ("a", "b"), &keywords).unwrap(), "a+b");
    assert!(raised(app.call_with::<String>("join", (), BTreeMap::from([("no", 1)]))).starts_with("TypeError"));
    assert_eq!(
        refused(app.call_with::<String>("join", (), 5)),
        "the keyword arguments of `join` doesn't fit: they are neither a struct nor a map"
    );
    assert_eq!(
        refused(app.call_with::<String>("join", (), BTreeMap::from([(1, 1)]))),
        "the keyword arguments of `join` doesn't fit: a name is no string"
    );
}

#[test]
fn what_is_not_there_or_can_not_be_called_is_an_exception() {
    let (runtime, app) = app("number = 3");
    let error = app.call::<i32>("absent", ()).unwrap_err();
    assert!(error.exception().unwrap().is("AttributeError"), "{error}");
    assert!(raised(app.get::<i32>("absent")).starts_with("AttributeError: module 'app' has no attribute 'absent'"));
    assert_eq!(raised(app.call::<i32>("number", ())), "TypeError: 'int' object is not callable");
    assert!(raised(runtime.object(5).unwrap().invoke::<i32>(())).starts_with("TypeError"));
    assert!(raised(runtime.object(5).unwrap().set("x", 1)).starts_with("AttributeError"));
    let missing = runtime.load("absent", &Imports::pass_through()).unwrap_err();
    assert!(missing.is_not_found() && missing.name() == Some("absent"), "{missing}");
}

#[test]
fn objects_are_arguments_results_and_parts_of_values() {
    #[derive(Serialize, Deserialize)]
    struct Job {
        name: String,
        run: Object,
        then: Option<Object>,
    }
    let (runtime, app) = app("
class Box:
    def __init__(self, value): self.value = value
def box(value): return Box(value)
def unbox(box): return box.value
def same(a, b): return a is b
def job(): return {'name': 'j', 'run': lambda n: n + 1, 'then': None}
def run(job, n): return job['then'](job['run'](n))
");
    let boxed: Object = app.call("box", (vec![1, 2],)).unwrap();
    assert_eq!(app.call::<Vec<i32>>("unbox", (&boxed,)).unwrap(), [1, 2]);
    assert!(app.call::<bool>("same", (&boxed, boxed.clone())).unwrap());
    let again: Object = boxed.to().unwrap();
    assert!(app.call::<bool>("same", (boxed, again)).unwrap());
    let job: Job = app.call("job", ()).unwrap();
    assert!(job.name == "j" && job.then.is_none());
    let doubled: Object = app.call("job", ()).map(|job: Job| job.run).unwrap();
    let job = Job { then: Some(doubled), ..job };
    assert_eq!(app.call::<i32>("run", (job, 5)).unwrap(), 7);
    assert_eq!(runtime.object((1, "a")).unwrap().to::<(i32, String)>().unwrap(), (1, "a".to_owned()));
}

#[test]
fn an_object_goes_nowhere_but_to_python() {
    let (_runtime, app) = app("");
    assert!(serde_json::to_string(&app).unwrap_err().to_string().contains("can't leave the runtime"));
    assert!(serde_json::from_str::<Object>("null").is_err());
    assert!(serde_json::from_str::<Object>("5").is_err());
}

#[test]
fn raw_objects_stand_beside_it() {
    let (runtime, app) = app("def twice(x): return x * 2");
    let doubled =
        runtime.try_enter(|vm| app.raw(vm)?.get_attr("twice", vm)?.call((21,), vm)?.try_into_value::<i32>(vm));
    assert_eq!(doubled.unwrap(), 42);
    let object = runtime.enter(|vm| Object::new(vm.ctx.new_int(9), vm)).unwrap();
    assert_eq!(app.call::<i32>("twice", (object,)).unwrap(), 18);
    let error = runtime.try_enter(|vm| -> PyResult<()> { Err(vm.new_value_error("mine")) });
    assert_eq!(raised(error), "ValueError: mine");
}

#[derive(Serialize)]
struct Limits {
    words: usize,
    nested: Config,
}

#[test]
fn a_module_of_rust_has_functions_and_values() {
    let host = HostModule::new("app_host.part")
        .doc("what the host offers")
        .function("add", |a: i64, b: Option<i64>| a + b.unwrap_or(100))
        .function("six", |a: u8, b: u8, c: u8, d: u8, e: u8, f: u8| {
            [a, b, c, d, e, f].map(u32::from).iter().sum::<u32>()
        })
        .function("nothing", || ())
        .raw_function("count", |args, vm| Ok(vm.ctx.new_int(args.args.len() + args.kwargs.len()).into()))
        .value("limits", Limits { words: 5, nested: Config::default() })
        .value("names", ["a", "b"])
        .values(Config { name: "top".to_owned(), ..Config::default() });
    let (_runtime, app) = app_with(
        host,
        "
import app_host.part as host
from app_host.part import add, limits, name
seen = [add(1, 2), add(1), host.six(1, 2, 3, 4, 5, 6), host.nothing(), host.count(1, 2, x=3)]
values = [limits.words, limits.nested['name'], host.names, name, host.tags, host.__doc__, host.__name__]
named = [add.__name__, add.__module__, repr(add)]
",
    );
    let seen: serde_json::Value = app.get("seen").unwrap();
    assert_eq!(seen, serde_json::json!([3, 101, 21, null, 3]));
    let values: serde_json::Value = app.get("values").unwrap();
    assert_eq!(values, serde_json::json!([5, "", ["a", "b"], "top", [], "what the host offers", "app_host.part"]));
    let named: Vec<String> = app.get("named").unwrap();
    assert_eq!(named, ["add", "app_host.part", "<function add of the host module app_host.part>"]);
}

#[test]
fn values_that_are_no_struct_make_no_module() {
    let runtime = runtime("");
    let imports = Imports::pass_through().with_module(HostModule::new("host").values(5));
    let error = runtime.load("app", &imports);
    assert_eq!(refused(error), "the values of the module `host` doesn't fit: they are neither a struct nor a map");
}

#[test]
fn a_function_of_the_host_refuses_what_does_not_fit() {
    let host = HostModule::new("host").function("add", |a: i8, b: i8| a.wrapping_add(b));
    let (_runtime, app) = app_with(host, "from host import add\ndef run(code): return eval(code)");
    let says = |code: &str| raised(app.call::<i32>("run", (code,)));
    assert_eq!(
        says("add(1, 300)"),
        "TypeError: argument 2 of `add` doesn't fit: invalid value: integer `300`, expected i8"
    );
    assert_eq!(
        says("add('a', 1)"),
        "TypeError: argument 1 of `add` doesn't fit: invalid type: string \"a\", expected i8"
    );
    assert_eq!(says("add(1)"), "TypeError: argument 2 of `add` doesn't fit: it is missing");
    assert_eq!(says("add(1, 2, 3)"), "TypeError: add() takes 2 arguments, and got 3");
    assert_eq!(says("add(1, b=2)"), "TypeError: add() takes no keyword arguments");
}

#[test]
fn an_error_of_a_host_function_is_raised() {
    let own = std::io::Error::other("no disk");
    let own = Mutex::new(Some(own));
    let host = HostModule::new("host")
        .try_function("text", || Err::<(), _>("just text"))
        .try_function("io", move || Err::<(), _>(own.lock().unwrap().take().unwrap()))
        .try_function("kind", |kind: String| Err::<(), _>(Error::raise(kind, "of that kind")))
        .try_function("boxed", || {
            Err::<(), Box<dyn std::error::Error + Send + Sync>>(Error::raise("KeyError", "boxed").into())
        })
        .try_function("fine", || Ok::<_, String>(1));
    let (_runtime, app) = app_with(host, "import host\ndef run(code): return eval(code)");
    let says = |code: &str| raised(app.call::<i32>("run", (code,)));
    assert_eq!(says("host.text()"), "RuntimeError: just text");
    assert_eq!(says("host.io()"), "RuntimeError: no disk");
    assert_eq!(says("host.kind('ValueError')"), "ValueError: of that kind");
    assert_eq!(says("host.kind('print')"), "RuntimeError: print: of that kind");
    assert_eq!(says("host.kind('Nonesuch')"), "RuntimeError: Nonesuch: of that kind");
    assert_eq!(says("host.boxed()"), "KeyError: 'boxed'");
    assert_eq!(app.call::<i32>("run", ("host.fine()",)).unwrap(), 1);
}

#[test]
fn a_panic_of_the_host_is_a_python_exception() {
    #[derive(Debug)]
    struct Panics;
    impl Mapper for Panics {
        fn map(&self, request: &Request<'_>, _: &VirtualMachine) -> PyResult<Answer> {
            match request.name() {
                "boom" => panic!("in the mapper"),
                _ => Ok(Answer::PassThrough),
            }
        }
    }
    let host = HostModule::new("host")
        .function("boom", |text: String| -> i32 { panic!("{text}") })
        .raw_function("raw", |_, _| panic!("raw"));
    let (runtime, app) = app_with(
        host,
        "
import host
def caught():
    try: host.boom('once')
    except RuntimeError as error: return str(error)
def loud(): host.boom('twice')
def raw(): host.raw()
def fine(): return 1
",
    );
    assert_eq!(app.call::<String>("caught", ()).unwrap(), "the host panicked: once");
    assert_eq!(raised(app.call::<i32>("loud", ())), "RuntimeError: the host panicked: twice");
    assert_eq!(raised(app.call::<i32>("raw", ())), "RuntimeError: the host panicked: raw");
    assert_eq!(app.call::<i32>("fine", ()).unwrap(), 1);
    let module = Memory::new("<m>").with("app.py", "import boom");
    let other = Runtime::builder().isolated().source(module).build().unwrap();
    let imports = Imports::from_mapper(Panics);
    assert_eq!(raised(other.load("app", &imports)), "RuntimeError: the host panicked: in the mapper");
    assert!(runtime.load("app", &Imports::pass_through()).is_err());
}

#[test]
fn a_panic_of_the_caller_is_its_own() {
    let (runtime, app) = app("def fine(): return 1");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.enter(|_| panic!("mine"))));
    assert!(panicked.is_err());
    assert_eq!(app.call::<i32>("fine", ()).unwrap(), 1);
}

#[test]
fn a_panic_of_a_source_is_an_import_error() {
    struct Panics;
    impl exocet::Source for Panics {
        fn read(&self, path: &str) -> std::io::Result<Option<Arc<[u8]>>> {
            match path {
                "app.py" => Ok(Some(b"import other".as_slice().into())),
                "other.py" => panic!("in the source"),
                _ => Ok(None),
            }
        }
    }
    let runtime = Runtime::builder().isolated().source(Panics).build().unwrap();
    let error = runtime.load("app", &Imports::pass_through()).unwrap_err();
    let exception = error.exception().unwrap();
    assert!(exception.message().contains("the source panicked: in the source"), "{error:?}");
    assert!(runtime.load("other", &Imports::pass_through()).unwrap_err().to_string().contains("the source panicked"));
}

/// Nobody takes those frames away. Functions that are made for the VM directly are not guarded.
#[test]
fn a_panic_through_python_frames_breaks_the_runtime_and_nothing_else() {
    let ((other, second), (runtime, app)) = (app("n = 1"), app("def call(f): f()"));
    let boom = runtime.enter(|vm| Object::new(vm.new_function("boom", || -> () { panic!("raw") }), vm)).unwrap();
    let error = app.call::<()>("call", (&boom,)).unwrap_err();
    assert!(error.is_gone(), "{error:?}");
    assert!(app.call::<()>("call", (&boom,)).unwrap_err().is_gone());
    assert_eq!(second.get::<i32>("n").unwrap(), 1);
    assert!(other.load("app", &Imports::pass_through()).is_ok());
}

#[test]
fn python_code_and_the_host_call_each_other() {
    let held: Arc<Mutex<Option<Object>>> = Arc::default();
    let inside = held.clone();
    let host = HostModule::new("host").try_function("down", move |n: u32| {
        let app = inside.lock().unwrap().clone().expect("it is loaded");
        app.call::<u32>("down", (n,))
    });
    let (_runtime, app) = app_with(
        host,
        "
import host
def down(n):
    if n == 0: return 0
    if n == 13: raise ValueError('unlucky')
    return host.down(n - 1) + 1
",
    );
    *held.lock().unwrap() = Some(app.clone());
    assert_eq!(app.call::<u32>("down", (5,)).unwrap(), 5);
    let error = app.call::<u32>("down", (15,)).unwrap_err();
    assert_eq!(error.to_string(), "ValueError: unlucky");
    assert_eq!(error.exception().unwrap().traceback().matches("host.down(n - 1)").count(), 2, "{error:?}");
    *held.lock().unwrap() = None;
}

#[test]
fn an_exception_goes_through_the_host_unchanged() {
    let held: Arc<Mutex<Option<Object>>> = Arc::default();
    let inside = held.clone();
    let host = HostModule::new("host")
        .try_function("call", move || inside.lock().unwrap().clone().expect("it is loaded").call::<()>("fail", ()));
    let (_runtime, app) = app_with(
        host,
        "
import host
class Own(Exception): pass
error = Own('mine')
def fail(): raise error
def same():
    try: host.call()
    except Own as caught: return caught is error
",
    );
    *held.lock().unwrap() = Some(app.clone());
    assert!(app.call::<bool>("same", ()).unwrap());
    *held.lock().unwrap() = None;
}

#[test]
fn a_host_function_loads_and_enters() {
    let runtime = Arc::new(runtime_of(&[
        ("app.py", "import host\nseen = host.load('part'), host.evaluate(20)"),
        ("part.py", "n = 21"),
    ]));
    let weak = Arc::downgrade(&runtime);
    let other = weak.clone();
    let host = HostModule::new("host")
        .try_function("load", move |name: String| {
            let runtime = weak.upgrade().expect("it lives");
            runtime.load(&name, &Imports::none())?.get::<i32>("n")
        })
        .try_function("evaluate", move |n: i32| {
            let runtime = other.upgrade().expect("it lives");
            runtime.try_enter(|vm| {
                vm._add(vm.ctx.new_int(n).as_object(), vm.ctx.new_int(1).as_object())?.try_into_value::<i32>(vm)
            })
        });
    let imports = Imports::pass_through().with_module(host);
    let app = runtime.load("app", &imports).unwrap();
    assert_eq!(app.get::<(i32, i32)>("seen").unwrap(), (21, 21));
}

#[test]
fn runtimes_nest() {
    let (one, two) = (runtime("import sys\nname = 'one'"), runtime("name = 'two'\ndef fail(): raise ValueError"));
    let inner = two.load("app", &Imports::pass_through()).unwrap();
    let (seen, depth) = one.enter(|vm| {
        let seen =
            two.enter(|_| one.enter(|vm| vm.ctx.new_str("deep").to_string()) + &inner.get::<String>("name").unwrap());
        let app = one.load("app", &Imports::pass_through()).unwrap();
        assert!(inner.call::<()>("fail", ()).is_err());
        assert!(inner.raw(vm).is_err());
        (seen, app.get::<String>("name").unwrap())
    });
    assert_eq!((seen.as_str(), depth.as_str()), ("deeptwo", "one"));
}

/// The frames of the runtime that is further out would otherwise answer the imports of the inner one.
#[test]
fn a_runtime_inside_of_another_does_not_see_its_frames() {
    let inner = runtime(
        "import sys\ndef depth():\n    frame, n = sys._getframe(), 0\n    while frame: frame, n = frame.f_back, n + 1\n    return n",
    );
    let inside = Mutex::new(inner.load("app", &Imports::pass_through()).unwrap());
    let host = HostModule::new("host").try_function("depth", move || inside.lock().unwrap().call::<i32>("depth", ()));
    let (_runtime, app) = app_with(host, "import host\ndef depth(): return host.depth()");
    assert_eq!(app.call::<i32>("depth", ()).unwrap(), 1);
}

#[test]
fn a_value_of_one_runtime_is_refused_by_another() {
    let ((one, first), (two, second)) = (app("def f(x): return x"), app("def f(x): return x"));
    let error = second.call::<()>("f", (1, vec![&first])).unwrap_err();
    assert!(error.is_other_runtime());
    assert_eq!(error.to_string(), "argument 2 of `f` belongs to another runtime");
    assert!(second.set("x", &first).unwrap_err().is_other_runtime());
    assert!(two.object(Some(&first)).unwrap_err().is_other_runtime());
    let imports = Imports::pass_through().with_value("x", first.clone());
    assert!(two.load("app", &imports).unwrap_err().is_other_runtime());
    let imports = Imports::from_object(one.mapper(&Imports::pass_through()).unwrap());
    assert!(two.load("app", &imports).unwrap_err().is_other_runtime());
    assert!(two.load("app", &imports.without(["y"])).unwrap_err().is_other_runtime());
    assert!(one.load("app", &imports).is_ok());
    let raised = two.try_enter(|vm| first.raw(vm).map(drop)).unwrap_err();
    assert_eq!(raised.to_string(), "RuntimeError: <Python object of class `module`> belongs to another runtime");
    assert!(two.enter(|vm| imports.mapper(vm).is_err()));
    // An exception of another runtime is raised as what it says.
    let error = first.call::<()>("absent", ()).unwrap_err();
    let text = two.enter(|vm| exocet::raw::describe(&error.into_exception(vm), vm));
    assert!(text.starts_with("AttributeError: module 'app'"), "{text}");
}

#[test]
fn a_handle_that_outlives_its_runtime_says_so() {
    let (runtime, app) = app("class C:\n    def __del__(self): pass\nc = C()\ndef fail(): raise ValueError('late')");
    let (c, realm) = (app.get::<Object>("c").unwrap(), runtime.realm(["app"], &Imports::pass_through()).unwrap());
    let error = app.call::<()>("fail", ()).unwrap_err();
    drop(runtime);
    assert!(app.get::<i32>("x").unwrap_err().is_gone());
    assert!(app.call::<i32>("x", ()).unwrap_err().is_gone());
    assert!(app.set("x", 1).unwrap_err().is_gone());
    assert!(c.clone().to::<i32>().unwrap_err().is_gone());
    assert!(realm.import("app").unwrap_err().is_gone());
    assert_eq!(refused(c.has("x")), "the runtime is gone");
    assert_eq!((error.to_string().as_str(), error.exception().unwrap().kind()), ("ValueError: late", "ValueError"));
    let (other, second) = self::app("def f(x): pass");
    assert!(second.call::<()>("f", (&app,)).unwrap_err().is_other_runtime());
    assert!(other.enter(|vm| app.raw(vm).is_err()));
    assert!(other.load("app", &realm.imports()).unwrap_err().is_other_runtime());
}

#[test]
fn the_last_handle_runs_the_finalizer_in_its_own_runtime() {
    let ((_one, first), (two, _second)) =
        (app("seen = []\nclass C:\n    def __del__(self): seen.append('gone')"), app(""));
    let c: Object = first.call("C", ()).unwrap();
    let again = c.clone();
    drop(c);
    assert!(first.get::<Vec<String>>("seen").unwrap().is_empty());
    two.enter(|_| drop(again));
    assert_eq!(first.get::<Vec<String>>("seen").unwrap(), ["gone"]);
}

#[test]
fn a_program_that_ran_to_its_end_leaves_handles_that_say_so() {
    let (runtime, app) = app("seen = []");
    let inside = app.clone();
    let code = runtime.run(|vm| {
        inside
            .get::<Object>("seen")
            .and_then(|seen| seen.call::<()>("append", (1,)))
            .map_err(|e| e.into_exception(vm))?;
        assert_eq!(inside.get::<Vec<i32>>("seen").unwrap(), [1]);
        Ok(())
    });
    assert_eq!(code, 0);
    assert!(app.get::<Vec<i32>>("seen").unwrap_err().is_gone());
}

#[test]
fn an_exception_says_all_that_python_would() {
    let (_runtime, app) = app("
class Own(KeyError): pass
def fail():
    try: 1 / 0
    except ZeroDivisionError as error: raise Own('key') from error
class Mute(Exception):
    def __str__(self): raise RuntimeError('no words')
def mute(): raise Mute
def leave(code): raise SystemExit(code)
def note():
    error = ValueError('noted')
    error.add_note('see there')
    raise error
");
    let error = app.call::<()>("fail", ()).unwrap_err();
    let exception = error.exception().unwrap();
    assert_eq!((exception.kind(), exception.message(), error.to_string().as_str()), ("Own", "'key'", "Own: 'key'"));
    for class in ["Own", "KeyError", "LookupError", "Exception", "BaseException", "object"] {
        assert!(exception.is(class), "{class}");
    }
    assert!(!exception.is("ValueError"));
    assert!(exception.traceback().contains("File \"<app>/app.py\", line 5, in fail"), "{error:?}");
    assert!(exception.traceback().contains("raise Own('key') from error"), "{error:?}");
    assert!(exception.traceback().contains("ZeroDivisionError"), "{error:?}");
    assert_eq!(exception.object().unwrap().get::<(String,)>("args").unwrap(), ("key".to_owned(),));
    assert!(exception.import_chain().is_empty() && error.exit_code().is_none());

    let mute = app.call::<()>("mute", ()).unwrap_err();
    assert_eq!(
        (mute.to_string().as_str(), mute.exception().unwrap().message()),
        ("Mute: <exception str() failed>", "")
    );
    assert!(app.call::<()>("note", ()).unwrap_err().exception().unwrap().traceback().contains("see there"));

    let leaves = |code: serde_json::Value| app.call::<()>("leave", (code,)).unwrap_err().exit_code();
    assert_eq!(leaves(3.into()), Some(3));
    assert_eq!(leaves(serde_json::Value::Null), Some(0));
    assert_eq!(leaves("text".into()), Some(1));
    assert_eq!(leaves(u64::MAX.into()), Some(-1));
}

#[test]
fn a_missing_module_says_who_asked_for_it() {
    let runtime = runtime_of(&[
        ("app.py", "\nimport middle"),
        ("middle.py", "def go():\n    import absent\ngo()"),
        ("late.py", "def go():\n    import absent"),
    ]);
    let fresh = Imports::from_mapper(Fresh);
    let error = runtime.load("app", &fresh).unwrap_err();
    let chain = |error: &Error| -> Vec<_> {
        let importers = error.exception().unwrap().import_chain().iter();
        importers.map(|importer| format!("{} {}:{}", importer.module, importer.file, importer.line)).collect()
    };
    assert_eq!(chain(&error), ["middle <app>/middle.py:2", "app <app>/app.py:2"], "{error:?}");
    let late = runtime.load("late", &fresh).unwrap();
    assert_eq!(chain(&late.call::<()>("go", ()).unwrap_err()), ["late <app>/late.py:2"]);
}

/// Loads what is on the search path fresh, and denies the rest.
#[derive(Debug)]
struct Fresh;

impl Mapper for Fresh {
    fn map(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Answer> {
        Ok(match exocet::raw::search_path(vm)?.get(request.name()) {
            Ok(handle) => Answer::load(handle),
            Err(_) => Answer::NotMine,
        })
    }
}

#[test]
fn a_module_that_raises_while_it_is_imported_says_who_asked_for_it() {
    let runtime = runtime_of(&[
        ("app.py", "import middle"),
        ("middle.py", "\nfrom breaks import x"),
        ("breaks.py", "def go(): 1 / 0\ngo()"),
    ]);
    let names = |imports: &Imports| {
        let error = runtime.load("app", imports).unwrap_err();
        let exception = error.exception().unwrap();
        assert!(exception.is("ZeroDivisionError"), "{error:?}");
        exception.import_chain().iter().map(|it| format!("{}:{}", it.module, it.line)).collect::<Vec<_>>()
    };
    assert_eq!(names(&Imports::from_mapper(Fresh)), ["middle:2", "app:1"]);
    assert_eq!(names(&Imports::pass_through()), ["middle:2", "app:1"]);
}

#[test]
fn text_that_is_no_python_is_a_syntax_error_with_its_place() {
    let runtime = runtime("x = 1\ny = = 2\n");
    let error = runtime.load("app", &Imports::pass_through()).unwrap_err();
    let exception = error.exception().unwrap();
    assert!(exception.is("SyntaxError") && exception.traceback().contains("line 2"), "{error:?}");
}

#[test]
fn names_can_be_taken_away_and_replaced() {
    let runtime = runtime_of(&[("app.py", "import config, part\nseen = config.name, part.n"), ("part.py", "n = 1")]);
    let part = runtime.load("part", &Imports::none()).unwrap();
    part.set("n", 2).unwrap();
    let config = Config { name: "c".to_owned(), ..Config::default() };
    let imports = Imports::pass_through().with_value("config", config);
    let app = runtime.load("app", &imports.with_value("part", part)).unwrap();
    assert_eq!(app.get::<(String, i32)>("seen").unwrap(), ("c".to_owned(), 2));
    let denied = imports.without(["part"]);
    assert!(raised(runtime.load("app", &denied)).starts_with("ModuleNotFoundError: No module named 'part'"));
    assert!(runtime.mapper(&imports).unwrap().call::<bool>("contains", ("config",)).unwrap());
}

#[test]
fn errors_go_anywhere() {
    fn assert_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_error::<Error>();
    let (_runtime, app) = app("def fail(): raise ValueError('far')");
    let error = app.call::<()>("fail", ()).unwrap_err();
    let said = std::thread::spawn(move || {
        let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
        boxed.to_string()
    });
    assert_eq!(said.join().unwrap(), "ValueError: far");
}

#[cfg(feature = "threading")]
mod threads {
    use super::*;

    #[test]
    fn a_runtime_and_its_handles_work_on_any_thread() {
        fn assert_shared<T: Send + Sync>() {}
        assert_shared::<Runtime>();
        assert_shared::<Object>();
        assert_shared::<Imports>();
        let (runtime, app) = app(
            "import threading\nlock = threading.Lock()\ncount = 0\ndef add(n):\n    global count\n    for _ in range(n):\n        with lock: count += 1",
        );
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let (app, runtime) = (&app, &runtime);
                scope.spawn(move || {
                    app.call::<()>("add", (250,)).unwrap();
                    runtime.load("app", &Imports::pass_through()).unwrap().call::<()>("add", (1,)).unwrap();
                    runtime.enter(|vm| assert!(!vm.is_none(&app.raw(vm).unwrap())));
                });
            }
        });
        assert_eq!(app.get::<i32>("count").unwrap(), 1000);
    }

    #[cfg(feature = "stdlib")]
    const MODULES: &str = "
import _thread, functools
partial, lock = functools.partial(print), _thread.allocate_lock()
said = [partial.__module__]
partial.__module__ = 'own'
said.append(partial.__module__)
del partial.__module__
said.append(partial.__module__)
try: lock.__module__ = 'own'
except AttributeError: said.append('read-only')
said.append(lock.__module__)
";

    /// While the VM changes a class, another thread may not find what the class has.
    #[test]
    #[cfg(feature = "stdlib")]
    fn a_runtime_that_starts_changes_no_class_that_another_one_uses() {
        use crate::support::alone;
        use exocet::vm::{AsObject, builtins::PyType};
        use std::{collections::BTreeMap, sync::atomic::Ordering};

        // Not `_functools`, which puts the one `Placeholder` into its class.
        const NATIVES: [&str; 6] = ["_thread", "_io", "_collections", "_struct", "array", "itertools"];
        let start = || {
            let runtime = Runtime::new().unwrap();
            for name in NATIVES {
                runtime.import(name, &Imports::pass_through()).unwrap();
            }
            runtime
        };
        alone("embed::threads::a_runtime_that_starts_changes_no_class_that_another_one_uses", || {
            let one = start();
            // What the first runtime of a process makes after its start, the next one settles.
            drop(start());
            let versions = || -> BTreeMap<String, u32> {
                one.enter(|vm| {
                    let modules = NATIVES.map(|name| vm.import(name, 0).unwrap().dict().unwrap());
                    let objects = modules.into_iter().flatten().map(|(_, object)| object);
                    let classes = objects.filter_map(|object| object.downcast::<PyType>().ok());
                    let builtins =
                        vm.builtins.dict().into_iter().filter_map(|(_, object)| object.downcast::<PyType>().ok());
                    let natives = classes.chain(builtins).filter(|class| class.heaptype_ext.is_none());
                    natives
                        .map(|class| {
                            assert!(vm.get_attribute_opt(class.as_object(), "absent").unwrap().is_none());
                            assert!(class.lookup_ref(vm.ctx.intern_str("__repr__"), vm).is_some());
                            (class.slot_name().to_string(), class.tp_version_tag.load(Ordering::SeqCst))
                        })
                        .collect()
                })
            };
            let before = versions();
            assert!(before.len() > 20 && before.values().all(|version| *version != 0), "{before:?}");
            let other = start();
            let after = versions();
            let changed: Vec<_> = before.keys().filter(|name| before[*name] != after[*name]).collect();
            assert!(changed.is_empty(), "{changed:?}");
            let said = other.import("_thread", &Imports::pass_through()).unwrap();
            let lock = said.call::<Object>("allocate_lock", ()).unwrap();
            assert_eq!(lock.get::<String>("__module__").unwrap(), "_thread");
            let (_runtime, app) = app(MODULES);
            assert_eq!(
                app.get::<Vec<String>>("said").unwrap(),
                ["functools", "own", "functools", "read-only", "_thread"]
            );
        });
    }

    /// The limit for the native stack is the thread's own: that of the thread which built the runtime lies elsewhere.
    #[test]
    fn deep_recursion_is_an_exception_on_every_thread() {
        let (_runtime, app) =
            app("class C:\n    def __repr__(self): return repr([self])\ndef deep(): return repr(C())");
        let check = |app: &Object| {
            assert!(app.call::<String>("deep", ()).unwrap_err().exception().unwrap().is("RecursionError"))
        };
        check(&app);
        for size in [1 << 20, 16 << 20] {
            let app = app.clone();
            std::thread::Builder::new().stack_size(size).spawn(move || check(&app)).unwrap().join().unwrap();
        }
    }

    #[test]
    fn a_host_function_works_on_a_thread_of_python() {
        let held: Arc<Mutex<Option<Object>>> = Arc::default();
        let inside = held.clone();
        let host = HostModule::new("host").try_function("back", move |n: i32| {
            let app = inside.lock().unwrap().clone().expect("it is loaded");
            app.call::<()>("note", (n,))
        });
        let (_runtime, app) = app_with(
            host,
            "
import host, threading
notes = []
def note(n): notes.append((n, threading.current_thread() is not threading.main_thread()))
def go():
    thread = threading.Thread(target=host.back, args=(5,))
    thread.start()
    thread.join()
",
        );
        *held.lock().unwrap() = Some(app.clone());
        app.call::<()>("go", ()).unwrap();
        assert_eq!(app.get::<Vec<(i32, bool)>>("notes").unwrap(), [(5, true)]);
        *held.lock().unwrap() = None;
    }

    #[test]
    fn a_runtime_ends_on_another_thread_too() {
        let (runtime, app) = app("seen = []\nimport atexit\natexit.register(seen.append, 1)");
        let seen: Object = app.get("seen").unwrap();
        let code = std::thread::spawn(move || {
            runtime.run(|vm| {
                Err(vm.new_exception(vm.ctx.exceptions.system_exit.to_owned(), vec![vm.ctx.new_int(4).into()]))
            })
        });
        assert_eq!(code.join().unwrap(), 4);
        assert!(seen.to::<Vec<i32>>().unwrap_err().is_gone());
    }
}

#[allow(dead_code, unreachable_pub)]
#[path = "../../examples/full.rs"]
mod full;

#[test]
fn the_example_replaces_its_plugins() {
    let input = "hello\n!plugins\n!edit greeter again back\nhello\n!edit greeter return retrun\nhello\nsum\nsecrets\nnumber\nquit\n!plugins\n!reload grump\n!reload none\n!edit diary | /\ndiary\n";
    let mut output = Vec::new();
    full::chat(input.as_bytes(), &mut output).expect("it talks");
    let output = String::from_utf8(output).expect("text");
    assert_eq!(
        output,
        r#"greeter: Hello Ann, I am Exo.
plugins: diary greeter grump
`greeter` replaced: generation 2 follows 1 (<plugins>/greeter.py)
greeter: Hello back, Ann.
`greeter` kept: generation 2 stays (<plugins>/greeter.py): SyntaxError: invalid syntax (greeter.py, line 9)
greeter: Hello back, Ann.
grump failed: TypeError: unsupported operand type(s) for +: 'int' and 'str'
  File "<plugins>/grump.py", line 7, in reply
grump failed: ModuleNotFoundError: No module named 'os': denied by the exclusion of 'os' (asked by grump, <plugins>/grump.py:9)
  File "<plugins>/grump.py", line 9, in reply
grump failed: the result of `reply` doesn't fit: invalid type: integer `42`, expected a string
grump failed: SystemExit: 3
  File "<plugins>/grump.py", line 14, in reply
`grump` disabled
plugins: diary greeter
`grump` loaded: generation 2
KeyError: there is no plugin `none`
`diary` replaced: generation 2 follows 1 (<plugins>/diary.py)
diary: secrets / number / quit
"#
    );
}

#[allow(unreachable_pub)]
#[path = "../../examples/embed.rs"]
mod ten_lines;

#[test]
fn the_shortest_example_greets() {
    ten_lines::main().expect("it greets");
}
