//! Compiled code that every interpreter of the process shares, and the disk cache behind it.

#[cfg(feature = "bundles")]
use super::bundled;
use super::code::{Code, Key};
#[cfg(feature = "disk-cache")]
use super::disk_cache::DiskCache;
#[cfg(feature = "units")]
use super::elsewhere::{self, Compiler};
#[cfg(feature = "bundles")]
use crate::source::bundle::Bundle;
use quick_cache::{Weighter, sync::Cache};
use rustpython_vm::compiler::CompileOpts;
use std::sync::{Arc, LazyLock};

/// About how many bytes of code are kept; then what wasn't used for longest goes.
const CAPACITY: u64 = 256 << 20;

/// About how many modules that may be.
const MODULES: usize = 4096;

static MEMORY: LazyLock<Cache<Key, Arc<Code>, Size>> = LazyLock::new(|| Cache::with_weighter(MODULES, CAPACITY, Size));

#[derive(Clone)]
struct Size;

impl Weighter<Key, Arc<Code>> for Size {
    fn weight(&self, _: &Key, code: &Arc<Code>) -> u64 {
        code.size() as u64
    }
}

/// How much a cache of compiled code holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheInfo {
    /// The number of modules, or of whatever it keeps.
    pub entries: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// How much compiled code the process holds for all its runtimes.
///
/// A module that is compiled by one runtime needs only to be taken over by the others. What isn't used for longest is
/// forgotten beyond 256 MiB; the modules and runtimes that use it already keep what they have.
pub fn compiled_code() -> CacheInfo {
    CacheInfo { entries: MEMORY.len() as u64, bytes: MEMORY.weight() }
}

/// Forgets all compiled code that no runtime uses; each module that is asked for later is compiled or read from the disk
/// cache again.
pub fn forget_compiled_code() {
    MEMORY.clear();
}

/// Where one interpreter finds and leaves compiled code.
#[derive(Clone, Default, Debug)]
pub(crate) struct Store {
    #[cfg(feature = "disk-cache")]
    pub(crate) disk: Option<Arc<DiskCache>>,
    /// Who compiles for the interpreter.
    #[cfg(feature = "units")]
    pub(crate) compiler: Option<Arc<dyn Compiler>>,
    /// Where compiled code may lie beside the modules.
    #[cfg(feature = "bundles")]
    pub(crate) bundles: Vec<Bundle>,
}

impl Store {
    /// The code of that key: known already, or from the disk, or else what `compile` returns, which must not run Python
    /// code. Where several threads ask for it at once, one compiles and the others wait.
    pub(crate) fn get(&self, key: &Key, compile: impl FnOnce() -> Option<Code>) -> Option<Arc<Code>> {
        let make = || {
            if let Some(code) = self.read(key) {
                return Ok(Arc::new(code));
            }
            let code = Arc::new(compile().ok_or(())?);
            self.write(key, &code);
            Ok::<_, ()>(code)
        };
        // Code that is compiled elsewhere is kept there, or not at all.
        #[cfg(feature = "units")]
        if self.compiler.is_some() {
            return make().ok();
        }
        MEMORY.get_or_insert_with(key, make).ok()
    }

    /// Compiles bytes without an interpreter, see [`Code::compile`].
    pub(crate) fn compile(&self, bytes: &[u8], file: &str, options: &CompileOpts) -> Option<Code> {
        #[cfg(feature = "bundles")]
        if let Some(code) = self.bundles.iter().find_map(|bundle| bundled::code(bundle, bytes, file, options)) {
            return Some(code);
        }
        #[cfg(feature = "units")]
        if let Some(compiler) = &self.compiler
            && let Some(code) = elsewhere::compile(&**compiler, bytes, file, options)
        {
            return Some(code);
        }
        Code::compile(bytes, file, options)
    }

    /// Takes in code that an interpreter compiled itself.
    pub(crate) fn add(&self, key: Key, code: Code) {
        self.write(&key, &code);
        #[cfg(feature = "units")]
        if self.compiler.is_some() {
            return;
        }
        MEMORY.insert(key, Arc::new(code));
    }

    #[cfg(feature = "disk-cache")]
    fn read(&self, key: &Key) -> Option<Code> {
        self.disk.as_ref()?.read(key)
    }

    #[cfg(feature = "disk-cache")]
    fn write(&self, key: &Key, code: &Code) {
        if let Some(disk) = self.disk.as_ref().filter(|_| !code.brought) {
            disk.write(key, code);
        }
    }

    #[cfg(not(feature = "disk-cache"))]
    fn read(&self, _: &Key) -> Option<Code> {
        None
    }

    #[cfg(not(feature = "disk-cache"))]
    fn write(&self, _: &Key, _: &Code) {}
}
