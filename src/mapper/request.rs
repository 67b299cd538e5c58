use super::trail::Trail;
use crate::{hook::owner_of, internal};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyStr, PyTuple},
    frame::FrameObjectRef,
};

/// One question to a mapper: an absolute name, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    name: &'a str,
    written: &'a str,
    level: usize,
    names: Option<&'a PyObjectRef>,
    item: Option<Item>,
    probe: bool,
    importer: Option<&'a Py<PyDict>>,
    /// The name that the importing module was loaded under, where each module has an `__import__` of its own.
    owner: Option<&'a str>,
    trail: Option<&'a Trail>,
}

/// What the module of a `from module import x` has as `x` already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Nothing yet: a submodule of that name may be wanted.
    Absent,
    /// A module.
    Module,
    /// An object that is no module.
    Value,
}

/// Who in a stack of imports asked for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asker {
    pub(crate) module: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

impl<'a> Request<'a> {
    /// A request that no import statement made.
    #[must_use]
    pub fn direct(name: &'a str) -> Self {
        Self {
            name,
            written: name,
            level: 0,
            names: None,
            item: None,
            probe: false,
            importer: None,
            owner: None,
            trail: None,
        }
    }

    /// A request that only wants to know: a mapper must not import anything to answer it.
    #[must_use]
    pub fn probe(name: &'a str) -> Self {
        Self { probe: true, ..Self::direct(name) }
    }

    /// The request of an import statement in the module with these globals.
    pub(crate) fn statement(
        name: &'a str,
        written: &'a str,
        level: usize,
        names: Option<&'a PyObjectRef>,
        importer: Option<&'a Py<PyDict>>,
    ) -> Self {
        Self { name, written, level, names, item: None, probe: false, importer, owner: None, trail: None }
    }

    /// The same request of the module that was loaded as `owner`.
    #[must_use]
    pub fn from_module(self, owner: &'a str) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// The same request, whose way to the answer is noted.
    pub(crate) fn watched(self, trail: &'a Trail) -> Self {
        Self { trail: Some(trail), ..self }
    }

    pub(crate) fn trail(&self) -> Option<&'a Trail> {
        self.trail
    }

    /// Tells, should anybody want to know, by which of its rules the mapper that is asked answers. The text is made only
    /// if somebody does.
    pub fn explain(&self, rule: impl FnOnce() -> String) {
        if let Some(trail) = self.trail {
            trail.rule(rule());
        }
    }

    /// The same importer asking for another name.
    pub(crate) fn renamed(self, name: &'a str) -> Self {
        Self { name, ..self }
    }

    /// The same importer asking for `name` as an item of its `from ... import`.
    pub(crate) fn for_item(self, name: &'a str, item: Item) -> Self {
        Self { name, item: Some(item), ..self }
    }

    /// The absolute name that is asked for.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The name as the import statement has it, without its leading dots.
    #[must_use]
    pub fn written(&self) -> &'a str {
        self.written
    }

    /// The number of leading dots.
    #[must_use]
    pub fn level(&self) -> usize {
        self.level
    }

    /// The names after `from ... import`; none for a plain `import`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let strings = |items: &[PyObjectRef]| {
            items.iter().filter_map(|item| Some(item.downcast_ref::<PyStr>()?.to_string())).collect()
        };
        match self.names {
            Some(names) => names.downcast_ref::<PyTuple>().map_or_else(Vec::new, |names| strings(names.as_slice())),
            None => Vec::new(),
        }
    }

    /// Whether the name is asked for as `x` of `from package import x`, which need not be a module: then what the
    /// package has under that name.
    #[must_use]
    pub fn item(&self) -> Option<Item> {
        self.item
    }

    /// Whether the answer is only wanted for `contains`.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.probe
    }

    /// The importing module. Under a mapper that answers [by importer](super::Mapper::by_importer) this is the name that
    /// it was loaded under, whatever its code does to `__name__`; of a call from outside of any module, `None`. Otherwise it
    /// is the `__name__` that its code has at hand.
    #[must_use]
    pub fn importer(&self, vm: &VirtualMachine) -> Option<String> {
        if let Some(owner) = self.owner {
            return Some(owner.to_owned());
        }
        if let Some(owner) = owner_of(vm) {
            return Some(owner);
        }
        let name = self.importer?.get_item_opt("__name__", vm).ok()??;
        Some(name.downcast_ref::<PyStr>()?.to_string())
    }

    /// The line of the import statement, where a statement of Python code asks.
    #[must_use]
    pub fn line(&self, vm: &VirtualMachine) -> Option<usize> {
        self.importer?;
        usize::try_from(vm.current_frame()?.lineno()).ok()
    }
}

impl Asker {
    /// The importing modules on the stack, innermost first: the one that runs now, and each one that is held up in an
    /// import statement below it.
    pub(crate) fn chain(vm: &VirtualMachine) -> Vec<Self> {
        let mut askers = Vec::new();
        let mut frame = vm.current_frame();
        while let Some(current) = frame {
            // Importing runs through frames of the interpreter's own import and of its stand-in, which ask for nothing themselves.
            let is_machinery = internal::is_machinery(current.iframe().code(), vm);
            if !is_machinery && (askers.is_empty() || internal::is_importing(&current, vm)) {
                askers.push(Self::of(&current, vm));
            }
            frame = current.f_back(vm);
        }
        askers
    }

    pub(crate) fn of(frame: &FrameObjectRef, vm: &VirtualMachine) -> Self {
        let iframe = frame.iframe();
        let name = iframe.globals().get_item_opt("__name__", vm).ok().flatten();
        let module = name.and_then(|name| Some(name.downcast_ref::<PyStr>()?.to_string()));
        Self {
            module: module.unwrap_or_else(|| "?".to_owned()),
            file: iframe
                .code()
                .source_path()
                .as_object()
                .downcast_ref::<PyStr>()
                .map_or_else(String::new, ToString::to_string),
            line: usize::try_from(frame.lineno()).unwrap_or(0),
        }
    }
}
