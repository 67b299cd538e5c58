//! The `exec`, `eval` and `compile` of loaded modules.
//!
//! Code that a module runs by `exec` or `eval` imports through the module's mapper, whatever globals it is given; the
//! VM would use the interpreter's builtins. And source text is checked before the VM's compiler sees it, since
//! text that is nested too deep would overflow the native stack.

use super::{asker, made_code};
use crate::{
    compile::{
        check_parses,
        compiler::{compile_text, depth_error, is_deep, on_deep_stack},
        module_compiler::MODULE_COMPILER,
        time_limit,
    },
    interpreter::{
        importlib::{import_shared, sys_modules},
        limits,
    },
    load::instances::INSTANCES,
    mapper::import_function::is_import,
    observe::watch,
    syntax::{decode::decode, nesting},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromBorrowedObject, TryFromObject,
    VirtualMachine,
    builtins::{PyBytes, PyCode, PyDict, PyDictRef, PyModule, PyStr},
    compiler::Mode,
    frame::current_globals,
    function::{ArgBytesLike, FsPath, FuncArgs},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Callable, Representable},
};

/// The functions that run source text, and the mode in which they compile it.
const RUNNERS: [(&str, &str); 2] = [("exec", "exec"), ("eval", "eval")];

/// Puts an `exec` and an `eval` into `builtins` that keep these builtins.
pub(crate) fn install(builtins: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    for (name, mode) in RUNNERS {
        let original = builtins.get_item(name, vm)?;
        let own = Executor { name, mode: Some(mode), original, builtins: Some(builtins.to_owned()) };
        builtins.set_item(name, own.into_ref(&vm.ctx).into(), vm)?;
    }
    Ok(())
}

/// Makes those of builtins that were copied keep the copy.
pub(super) fn install_over(builtins: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    for (name, mode) in RUNNERS {
        let Ok(copied) = builtins.get_item(name, vm)?.downcast::<Executor>() else { continue };
        let own =
            Executor { name, mode: Some(mode), original: copied.original.clone(), builtins: Some(builtins.to_owned()) };
        builtins.set_item(name, own.into_ref(&vm.ctx).into(), vm)?;
    }
    Ok(())
}

/// Makes the interpreter's own `exec`, `eval` and `compile`, and what `symtable` is made of, check the depth of what they
/// compile. This is a decision of whoever builds the runtime; no load does it.
pub(crate) fn guard_interpreter(vm: &VirtualMachine) -> PyResult<()> {
    let table = import_shared("_symtable", vm)?;
    let original = table.get_attr("symtable", vm)?;
    let own = Executor { name: "symtable", mode: None, original, builtins: None };
    table.set_attr("symtable", own.into_ref(&vm.ctx), vm)?;
    let builtins = vm.builtins.dict();
    let runners = RUNNERS.map(|(name, mode)| (name, Some(mode)));
    for (name, mode) in [("compile", None)].into_iter().chain(runners) {
        let original = builtins.get_item(name, vm)?;
        let own = Executor { name, mode, original, builtins: None };
        builtins.set_item(name, own.into_ref(&vm.ctx).into(), vm)?;
    }
    Ok(())
}

#[pyclass(module = "exocet", name = "builtin_function", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub(crate) struct Executor {
    name: &'static str,
    /// The mode in which source text is compiled before it is run; absent for what compiles and doesn't run.
    mode: Option<&'static str>,
    original: PyObjectRef,
    builtins: Option<PyDictRef>,
}

// SAFETY: each owned reference is visited once.
unsafe impl Traverse for Executor {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.original.traverse(visit);
        self.builtins.traverse(visit);
    }
}

impl Callable for Executor {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.admit(&args, vm)?;
        if let Some(code) = zelf.stored(&args, vm)? {
            return Ok(code.into());
        }
        let source = args.args.first().or_else(|| args.kwargs.get("source")).cloned();
        let depth = source.as_ref().map_or(Ok(0), |source| depth_of(source, || zelf.file_of(&args, vm), vm))?;
        if let Some(source) = &source
            && may_be_costly(source)
            && let Some(text) = Compilation::of(zelf, &args, vm)
        {
            time_limit::check_text(&limits::current(vm), &text.text, text.mode, &text.file, vm)?;
        }
        let needs_care = source.as_ref().is_some_and(|source| is_deep(depth) || !is_ascii(source, vm));
        if needs_care && let Some(text) = Compilation::of(zelf, &args, vm) {
            if !is_deep(depth) {
                check_parses::check(&text.text, text.mode, &text.file, text.flags & ALLOW_INCOMPLETE != 0, vm)?;
            } else if text.flags & ONLY_AST == 0 && zelf.name != "symtable" {
                let code = compile_text(&text.text, text.mode, &text.file, depth, vm)?.into();
                match args.args.first_mut().filter(|_| zelf.mode.is_some()) {
                    Some(first) => *first = code,
                    None => return Ok(code),
                }
            }
        }
        if zelf.mode.is_none() {
            return on_deep_stack(depth, || zelf.original.call(args, vm));
        }
        let globals = args.args.get(1).or_else(|| args.kwargs.get("globals")).filter(|globals| !vm.is_none(globals));
        let globals = match globals {
            Some(globals) => globals.clone().downcast::<PyDict>().ok(),
            None => current_globals(),
        };
        // What the library runs is the text of whoever called it.
        let builtins = zelf.builtins.clone().or_else(|| Some(asker::of_call(None, vm)?.builtins));
        match (builtins, globals) {
            (Some(builtins), Some(globals)) if !has_own_builtins(&globals, &builtins, vm)? => {
                if !is_of_module(&globals, vm)? {
                    let _lent = Lent::new(globals, &builtins, vm)?;
                    return zelf.original.call(args, vm);
                }
                // The globals stay as they are, for what else runs in them.
                let code = zelf.code(&args, depth, vm)?;
                let _lent = code.as_ref().map(|code| asker::Lent::enter(code, &builtins));
                if let (Some(code), Some(first)) = (code, args.args.first_mut()) {
                    *first = code.into();
                }
                zelf.original.call(args, vm)
            }
            _ => zelf.original.call(args, vm),
        }
    }
}

impl Executor {
    /// Asks observers about what is to become code.
    fn admit(&self, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        if watch::active(vm).is_none() || self.name == "symtable" {
            return Ok(());
        }
        let given = |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name));
        let flags = given(3, "flags").filter(|_| self.mode.is_none());
        let makes_tree =
            flags.and_then(|flags| flags.try_to_value::<u32>(vm).ok()).is_some_and(|all| all & ONLY_AST != 0);
        match given(0, "source") {
            Some(source) if !makes_tree => made_code::admit(source, || self.file_of(args, vm), vm),
            _ => Ok(()),
        }
    }

    /// The code that is to run, compiled if it isn't yet; `None` for what can't be compiled, which the interpreter reports.
    fn code(&self, args: &FuncArgs, depth: u32, vm: &VirtualMachine) -> PyResult<Option<PyRef<PyCode>>> {
        if let Some(code) = args.args.first().and_then(|source| source.downcast_ref::<PyCode>()) {
            return Ok(Some(code.to_owned()));
        }
        let text = Compilation::of(self, args, vm);
        text.map(|text| compile_text(&text.text, text.mode, &text.file, depth, vm)).transpose()
    }
}

/// Whether the globals are those of a module, for whose other code they must not change.
fn is_of_module(globals: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<bool> {
    if asker::Asker::of_globals(globals, vm).is_some() {
        return Ok(true);
    }
    let Some(name) = globals.get_item_opt("__name__", vm)? else { return Ok(false) };
    let of = |module: Option<PyObjectRef>| {
        module.is_some_and(|module| module.downcast_ref::<PyModule>().is_some_and(|module| module.dict().is(globals)))
    };
    Ok(of(sys_modules(vm)?.get_item_opt(&*name, vm)?) || of(INSTANCES.of(vm).find(&name, vm)))
}

impl Executor {
    /// The file that what is compiled is said to stand in: the second argument of `compile`, and none of `exec`'s.
    fn file_of(&self, args: &FuncArgs, vm: &VirtualMachine) -> String {
        let file = args.args.get(1).or_else(|| args.kwargs.get("filename")).filter(|_| self.mode.is_none());
        let file = file.and_then(|file| FsPath::try_from_object(vm, file.clone()).ok());
        file.map_or_else(|| "<string>".to_owned(), |file| file.to_string_lossy().into_owned())
    }

    /// What `compile` returns for a module's bytes, called as `importlib` calls it: compiled code that others may have made.
    fn stored(&self, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyRef<PyCode>>> {
        let [source, file, mode] = args.args.as_slice() else { return Ok(None) };
        let is_plain = |name: &[u8], value: &PyObjectRef| match name {
            b"dont_inherit" => value.is(&vm.ctx.true_value),
            b"optimize" => value.try_to_value::<i32>(vm).is_ok_and(|level| level == -1),
            _ => false,
        };
        let is_exec = mode.downcast_ref::<PyStr>().is_some_and(|mode| mode.as_bytes() == b"exec");
        if self.name != "compile"
            || !is_exec
            || !args.kwargs.contains_key("dont_inherit")
            || !args.kwargs.iter().all(|(name, value)| is_plain(name.as_bytes(), value))
        {
            return Ok(None);
        }
        let (Some(bytes), Some(name)) = (source.downcast_ref_if_exact::<PyBytes>(vm), file.downcast_ref::<PyStr>())
        else {
            return Ok(None);
        };
        let Some(name) = name.to_str() else { return Ok(None) };
        let code = MODULE_COMPILER.of(vm).quiet_code(bytes.as_bytes(), name, vm);
        if code.is_some() {
            vm.audit("compile", || (source.clone(), file.clone()))?;
        }
        Ok(code)
    }
}

/// What is to be compiled, and how.
struct Compilation {
    text: String,
    file: String,
    mode: Mode,
    flags: u32,
}

impl Compilation {
    /// What `exec(source)`, `eval(source)` or `compile(source, filename, mode, flags=0)` compiles, where it is text.
    fn of(executor: &Executor, args: &FuncArgs, vm: &VirtualMachine) -> Option<Self> {
        let given = |at: usize, name: &str| args.args.get(at).or_else(|| args.kwargs.get(name));
        let word = |at: usize, name: &str| Some(given(at, name)?.downcast_ref::<PyStr>()?.to_str()?.to_owned());
        let text = text_of(given(0, "source")?, vm)?;
        Some(match executor.mode {
            Some(mode) => Self {
                text: if mode == "eval" { text.trim_start_matches([' ', '\t']).to_owned() } else { text },
                file: "<string>".to_owned(),
                mode: mode.parse().ok()?,
                flags: 0,
            },
            None => Self {
                text,
                file: word(1, "filename")?,
                mode: word(2, "mode")?.parse().ok()?,
                flags: given(3, "flags").and_then(|flags| flags.try_to_value(vm).ok()).unwrap_or(0),
            },
        })
    }
}

/// Whether it is worth a look how long compiling it may take: text of some length.
fn may_be_costly(source: &PyObject) -> bool {
    const WORTH_A_LOOK: usize = 200;
    match source.downcast_ref::<PyStr>() {
        Some(text) => text.as_bytes().len() >= WORTH_A_LOOK,
        None => source.downcast_ref::<PyCode>().is_none(),
    }
}

/// The flag of `compile` that asks for a syntax tree: `PyCF_ONLY_AST`.
const ONLY_AST: u32 = 0x400;

/// The flag of `compile` for text that may not be all yet: `PyCF_ALLOW_INCOMPLETE_INPUT`.
const ALLOW_INCOMPLETE: u32 = 0x4000;

/// Whether all of source text is ASCII; also where it isn't text.
fn is_ascii(source: &PyObject, vm: &VirtualMachine) -> bool {
    match source.downcast_ref::<PyStr>() {
        Some(text) => text.as_bytes().is_ascii(),
        None => ArgBytesLike::try_from_borrowed_object(vm, source)
            .map_or(true, |bytes| bytes.with_ref(|bytes| bytes.is_ascii())),
    }
}

/// The text of source that `exec` and `compile` take; `None` for what isn't text, or can't be decoded.
fn text_of(source: &PyObject, vm: &VirtualMachine) -> Option<String> {
    match source.downcast_ref::<PyStr>() {
        Some(text) => Some(text.to_str()?.to_owned()),
        None => {
            let bytes = ArgBytesLike::try_from_borrowed_object(vm, source).ok()?;
            bytes.with_ref(|bytes| Some(decode(bytes).ok()?.into_owned()))
        }
    }
}

/// Whether code in `globals` already imports as it is to: through `builtins`, or through builtins that the module made
/// up itself, such as the empty ones that keep expressions from calling anything.
fn has_own_builtins(globals: &Py<PyDict>, builtins: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<bool> {
    let Some(own) = globals.get_item_opt("__builtins__", vm)? else { return Ok(false) };
    let own = match own.downcast_ref::<PyModule>() {
        Some(module) => module.dict(),
        None => match own.downcast::<PyDict>() {
            Ok(own) => own,
            Err(_) => return Ok(true),
        },
    };
    if own.is(builtins) {
        return Ok(true);
    }
    let import = own.get_item_opt("__import__", vm)?;
    Ok(!import.is_some_and(|import| is_import(&import, vm)))
}

/// Foreign globals that have the module's builtins while its code runs in them, and get their own back afterwards. What
/// is defined meanwhile keeps the module's.
struct Lent<'a> {
    globals: PyDictRef,
    lent: PyObjectRef,
    own: Option<PyObjectRef>,
    vm: &'a VirtualMachine,
}

impl<'a> Lent<'a> {
    fn new(globals: PyDictRef, builtins: &Py<PyDict>, vm: &'a VirtualMachine) -> PyResult<Self> {
        let own = globals.get_item_opt("__builtins__", vm)?;
        let lent: PyObjectRef = builtins.to_owned().into();
        globals.set_item("__builtins__", lent.clone(), vm)?;
        Ok(Self { globals, lent, own, vm })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // Globals that had no builtins keep the module's, as in CPython they keep the caller's.
        let Some(own) = self.own.take() else { return };
        let current = self.globals.get_item_opt("__builtins__", self.vm).ok().flatten();
        // What the code itself put there stays.
        if current.is_some_and(|current| current.is(&self.lent)) {
            let _ = self.globals.set_item("__builtins__", own, self.vm);
        }
    }
}

/// How deep source text is nested; 0 for what isn't text.
fn depth_of(source: &PyObject, file: impl FnOnce() -> String, vm: &VirtualMachine) -> PyResult<u32> {
    let checked = match source.downcast_ref::<PyStr>() {
        Some(text) => text.to_str().map(nesting::check),
        // Any object that shows its bytes may be source: `bytes`, `bytearray`, `memoryview`.
        None => ArgBytesLike::try_from_borrowed_object(vm, source)
            .ok()
            .map(|bytes| bytes.with_ref(|bytes| nesting::check(&String::from_utf8_lossy(bytes)))),
    };
    checked.unwrap_or(Ok(0)).map_err(|deep| depth_error(&deep, &file(), vm))
}

#[pyclass(with(Callable, Representable), flags(DISALLOW_INSTANTIATION))]
impl Executor {
    #[pygetset]
    fn __name__(zelf: &Py<Self>) -> &'static str {
        zelf.name
    }

    #[pygetset]
    fn __doc__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.original.get_attr("__doc__", vm)
    }
}

impl Representable for Executor {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<built-in function {}>", zelf.name))
    }
}
