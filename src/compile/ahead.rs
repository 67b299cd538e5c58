//! Compiling ahead: what a module imports from beside it is compiled on other threads, while the VM runs.
//!
//! This only fills the store of compiled code. Which module an import gets, and whether it gets one at all, is decided
//! when it runs; a guess that was wrong costs time of an idle core.

use super::{
    cache::Store,
    code::{Code, ImportSite, Key},
    module_compiler::MODULE_COMPILER,
    time_limit::is_costly,
};
use crate::{
    limit::SOURCE_BYTES,
    modules::handle::{Kind, PythonModule},
    source::contract::{Source, join},
    syntax::{
        decode::decode,
        dotted::{self, Dotted},
    },
};
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustpython_vm::{VirtualMachine, compiler::CompileOpts};
use std::{
    collections::HashSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    thread,
};

/// Begins to compile these modules, and what they import from beside them, on other threads: for the loads that will come.
/// Nothing happens where the runtime compiles nothing ahead, nor for sources that nobody but a load may read.
pub fn compile_ahead(modules: impl IntoIterator<Item = PythonModule>, vm: &VirtualMachine) {
    if let Some(ahead) = MODULE_COMPILER.of(vm).ahead(vm) {
        // They may have been edited since they were seen.
        ahead.forget();
        // From the end, as the loads come from the beginning.
        let modules: Vec<PythonModule> = modules.into_iter().collect();
        for module in modules.iter().rev() {
            if let Some(root) = Root::of(module) {
                ahead.0.start(&root, module.name().to_owned());
            }
        }
    }
}

/// The compiler is recursive. Text that is nested deep isn't compiled here.
const STACK: usize = 8 << 20;

/// The threads that compile, all but one of the machine's, as the VM runs on one. None on a machine of one core.
static THREADS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let count = thread::available_parallelism().map_or(0, |count| count.get() - 1);
    let builder = ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|at| format!("exocet-compile-{at}"))
        .stack_size(STACK)
        // What makes the compiler panic here makes it panic in the load as well, where somebody minds.
        .panic_handler(|_| ());
    (count > 0).then(|| builder.build().ok())?
});

/// What one interpreter has had compiled ahead.
#[derive(Clone)]
pub(crate) struct Ahead(Arc<Shared>);

struct Shared {
    store: Store,
    options: CompileOpts,
    /// The places that were looked at, by the sources' labels.
    seen: Mutex<HashSet<String>>,
}

/// Where a module is looked for: below the folder that its top-level package is in.
#[derive(Clone)]
struct Root {
    source: Arc<dyn Source>,
    folder: String,
}

impl Ahead {
    pub(crate) fn new(store: Store, options: CompileOpts) -> Self {
        Self(Arc::new(Shared { store, options, seen: Mutex::default() }))
    }

    /// Forgets what was looked at, so that it is looked at again.
    pub(crate) fn forget(&self) {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Begins to compile what the module imports from beside it, and what that imports.
    pub(crate) fn follow(&self, handle: &PythonModule, code: &Code) {
        if !code.imports().is_empty()
            && let Some(root) = Root::of(handle)
        {
            self.0.follow(&root, handle.name(), handle.kind() == Kind::Package, code.imports());
        }
    }
}

impl Shared {
    fn follow(self: &Arc<Self>, root: &Root, importer: &str, is_package: bool, imports: &[ImportSite]) {
        let names: Vec<String> = imports.iter().flat_map(|site| candidates(site, importer, is_package)).collect();
        // The last ones first: the VM compiles from the other end meanwhile, and nobody has to wait for the other one.
        for name in names.into_iter().rev() {
            self.start(root, name);
        }
    }

    /// Has the module compiled, if there is one of that name and if nobody asked for it before.
    fn start(self: &Arc<Self>, root: &Root, name: String) {
        let Some(threads) = THREADS.as_ref() else { return };
        let place = join(&root.folder, &name.replace('.', "/"));
        let seen = join(root.source.label(), &place);
        if !self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(seen) {
            return;
        }
        let (shared, root) = (self.clone(), root.clone());
        threads.spawn(move || shared.compile(&root, &name, &place));
    }

    fn compile(self: &Arc<Self>, root: &Root, name: &str, place: &str) {
        for (path, is_package) in [(join(place, "__init__.py"), true), (format!("{place}.py"), false)] {
            // Whatever is wrong with a file, the load that needs it will report it.
            let Ok(Some(bytes)) = root.source.read_within(&path, SOURCE_BYTES) else { continue };
            let file = join(root.source.label(), &path);
            // What may take long is left to the load that needs it, which reports a limit that it exceeds.
            if decode(&bytes).is_ok_and(|text| is_costly(&text)) {
                return;
            }
            let key = Key::new(&bytes, &file, &self.options);
            if let Some(code) = self.store.get(&key, || self.store.compile(&bytes, &file, &self.options)) {
                self.follow(root, name, is_package, code.imports());
            }
            return;
        }
    }
}

impl Root {
    /// The folder that holds the top-level package of the module, or the module itself. `None` for a module that isn't
    /// where its name leads to, and for sources that nobody but a load may read.
    fn of(handle: &PythonModule) -> Option<Self> {
        let (source, path) = handle.source_and_path()?;
        if !source.reads_ahead() {
            return None;
        }
        let place = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"))?;
        let folder = match place.strip_suffix(handle.name().replace('.', "/").as_str()) {
            Some(folder) => folder.strip_suffix('/').or_else(|| folder.is_empty().then_some(""))?,
            // A script imports what is beside it.
            None if !handle.name().contains('.') => place.rsplit_once('/').map_or("", |(folder, _)| folder),
            None => return None,
        };
        Some(Self { source: source.clone(), folder: folder.to_owned() })
    }
}

/// The absolute names that an import statement may be after: the packages on the way, the module, and what it takes
/// from it, which may be a submodule.
fn candidates(site: &ImportSite, importer: &str, is_package: bool) -> Vec<String> {
    let parent = |name: &str| Dotted(name).parent().map(str::to_owned);
    let mut base = match (site.level, is_package) {
        (0, _) => None,
        (_, true) => Some(importer.to_owned()),
        (_, false) => parent(importer),
    };
    for _ in 1..site.level {
        base = base.as_deref().and_then(parent);
    }
    let mut found = Vec::new();
    for part in site.name.split('.').filter(|part| !part.is_empty()) {
        let name = dotted::join(base.as_deref(), part);
        found.push(name.clone());
        base = Some(name);
    }
    let names = site.from.iter().filter(|name| *name != "*");
    found.extend(names.map(|name| dotted::join(base.as_deref(), name)));
    found
}
