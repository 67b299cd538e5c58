//! Compiled code as all threads and processes can share it: made without a VM, and free of any interpreter's objects.

use super::compiler::is_deep;
use crate::syntax::{decode::decode, nesting, warnings::may_warn};
use rustpython_vm::{
    PyRef, VirtualMachine,
    builtins::PyCode,
    bytecode::{BasicBag, CodeObject, ConstantData, Instruction, OpArgState},
    compiler::{
        CompileOpts, Mode, codegen::error::CodegenError, compile_with_syntax_warning_handler, core::OneIndexed,
        core::SourceLocation,
    },
    version,
};
use std::{fmt, sync::LazyLock};
#[cfg(feature = "units")]
use {
    rustpython_vm::compiler::core::marshal,
    serde::{Deserialize, Serialize},
    std::borrow::Cow,
};

/// The code of one module.
pub(crate) struct Code {
    /// What the module's top level imports, so that it can be compiled ahead.
    #[cfg_attr(not(feature = "threading"), allow(dead_code, reason = "nothing is compiled ahead"))]
    imports: Vec<ImportSite>,
    /// Whether a warning may have been given when it was compiled.
    loud: bool,
    /// Whether a bundle brought it. On the disk it would outlive the bundle, so it isn't kept there.
    #[cfg_attr(not(feature = "disk-cache"), allow(dead_code, reason = "nothing is kept on the disk"))]
    pub(super) brought: bool,
    object: CodeObject,
}

/// Code as bytes, in the VM's own form for bytecode.
#[cfg(feature = "units")]
#[derive(Serialize, Deserialize)]
struct DiskForm<'a> {
    #[serde(borrow)]
    imports: Cow<'a, [ImportSite]>,
    loud: bool,
    #[serde(with = "serde_bytes")]
    object: Cow<'a, [u8]>,
}

/// One import statement, as it is written.
#[derive(Clone)]
#[cfg_attr(feature = "units", derive(Serialize, Deserialize))]
#[cfg_attr(not(feature = "threading"), allow(dead_code, reason = "nothing is compiled ahead"))]
pub(crate) struct ImportSite {
    pub(crate) level: u32,
    pub(crate) name: String,
    pub(crate) from: Vec<String>,
}

/// Stands for all that the code of a module depends on: its bytes, its file, the options of the compiler, and the
/// compiler itself. Of two different ones, the keys differ (BLAKE3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn new(bytes: &[u8], file: &str, options: &CompileOpts) -> Self {
        let mut hasher = COMPILER.clone();
        hasher.update(&[options.optimize, u8::from(options.debug_ranges)]);
        hasher.update(&(file.len() as u64).to_le_bytes());
        hasher.update(file.as_bytes());
        hasher.update(bytes);
        Self(*hasher.finalize().as_bytes())
    }

    #[cfg(feature = "disk-cache")]
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

/// The compiler and the form of its code: versions, and the numbers of all instructions, as a VM may be patched.
pub(super) static COMPILER: LazyLock<blake3::Hasher> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    hasher.update(concat!("exocet ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
    hasher.update(version::RUSTPYTHON_VERSION.as_bytes());
    hasher.update(version::GIT_REVISION.as_bytes());
    hasher.update(&version::PYC_MAGIC_NUMBER_BYTES);
    for number in 0..=u8::MAX {
        let instruction = Instruction::try_from(number).ok();
        hasher.update(format!("{instruction:?}").as_bytes());
    }
    hasher
});

impl Code {
    /// Compiles a module's bytes. `None` for what only an interpreter can compile: text with an error, which becomes an
    /// exception, and text that a warning may be about; and for text that is nested deep, whose code this form is too
    /// recursive for.
    pub(crate) fn compile(bytes: &[u8], file: &str, options: &CompileOpts) -> Option<Self> {
        let text = decode(bytes).ok()?;
        if is_deep(nesting::check(&text).ok()?) || may_warn(&text) {
            return None;
        }
        let mut warned = false;
        let mut note = |_, _| -> Result<(), CodegenError> {
            warned = true;
            Ok(())
        };
        let code = compile_with_syntax_warning_handler(&text, Mode::Exec, file, options.clone(), &mut note).ok()?;
        (!warned).then(|| Self::new(imports(&code), false, code))
    }

    /// Code that an interpreter compiled, which issued its warnings. It must not be nested deep.
    pub(crate) fn of_interpreter(code: &PyCode) -> Self {
        let object = code.code.map_clone_bag(&BasicBag);
        Self::new(imports(&object), true, object)
    }

    fn new(imports: Vec<ImportSite>, loud: bool, mut object: CodeObject) -> Self {
        keep_lines(&mut object);
        Self { imports, loud, brought: false, object }
    }

    /// Whether compiling it anew would issue no warning.
    pub(crate) fn is_quiet(&self) -> bool {
        !self.loud
    }

    /// An interpreter's own objects for this code.
    pub(crate) fn instantiate(&self, vm: &VirtualMachine) -> PyRef<PyCode> {
        PyCode::new_ref_from_bytecode(vm, self.object.clone())
    }

    /// All of it as bytes.
    #[cfg(feature = "units")]
    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut object = Vec::new();
        marshal::serialize_code(&mut object, &self.object);
        let imports = Cow::from(&self.imports);
        postcard::to_stdvec(&DiskForm { imports, loud: self.loud, object: object.into() }).ok()
    }

    /// What `to_bytes` returned. Other bytes are no code, or code that nobody wrote: whoever calls this knows them by a checksum.
    #[cfg(feature = "units")]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let DiskForm { imports, loud, object } = postcard::from_bytes(bytes).ok()?;
        let object = marshal::deserialize_code(&mut &*object, BasicBag).ok()?;
        Some(Self::new(imports.into_owned(), loud, object))
    }

    /// The same code as that of a file in a bundle.
    #[cfg(feature = "bundles")]
    pub(super) fn of_file(mut self, file: &str) -> Self {
        fn rename(code: &mut CodeObject, file: &str) {
            code.source_path = file.to_owned();
            for constant in code.constants.iter_mut() {
                if let ConstantData::Code { code } = constant {
                    rename(code, file);
                }
            }
        }
        rename(&mut self.object, file);
        self.brought = true;
        self
    }

    /// What the module's top level imports.
    #[cfg(feature = "threading")]
    pub(crate) fn imports(&self) -> &[ImportSite] {
        &self.imports
    }

    /// About how many bytes it takes up.
    pub(crate) fn size(&self) -> usize {
        size(&self.object)
    }
}

/// Leaves of an instruction's place nothing but its line. The VM reads no more there, as columns and ends are in its table of lines as well;
/// and an image of memory packs better where words repeat: that of the library's most used modules by 0.15 MB (brotli), a tenth.
fn keep_lines(code: &mut CodeObject) {
    for (start, end) in code.locations.iter_mut() {
        start.character_offset = OneIndexed::MIN;
        *end = SourceLocation { line: OneIndexed::MIN, character_offset: OneIndexed::MIN };
    }
    for constant in code.constants.iter_mut() {
        if let ConstantData::Code { code } = constant {
            keep_lines(code);
        }
    }
}

/// About how many bytes a code object takes up with those in it.
fn size(code: &CodeObject) -> usize {
    /// An instruction with its caches and its location.
    const INSTRUCTION: usize = 48;
    /// A name or a constant, of no great length.
    const ITEM: usize = 48;
    let items = code.names.len() + code.varnames.len() + code.constants.len();
    let inner = code.constants.iter().map(|constant| match constant {
        ConstantData::Code { code } => size(code),
        _ => 0,
    });
    size_of::<CodeObject>() + code.instructions.len() * INSTRUCTION + items * ITEM + inner.sum::<usize>()
}

/// The import statements of a code object, without those of functions and classes in it.
fn imports(code: &CodeObject) -> Vec<ImportSite> {
    let mut state = OpArgState::default();
    let (mut level, mut from) = (0, Vec::new());
    let mut found = Vec::new();
    for unit in code.instructions.iter() {
        match state.get(*unit) {
            (Instruction::LoadSmallInt { i }, arg) => level = i.get(arg),
            (Instruction::LoadConst { consti }, arg) => from = names(&code.constants[consti.get(arg)]),
            (Instruction::ImportName { namei }, arg) => {
                let name = code.names[namei.get(arg) as usize].clone();
                found.push(ImportSite { level, name, from: std::mem::take(&mut from) });
            }
            _ => {}
        }
    }
    found
}

/// The names that the tuple of a `from ... import` holds.
fn names(constant: &ConstantData) -> Vec<String> {
    let ConstantData::Tuple { elements } = constant else { return Vec::new() };
    let name = |element: &ConstantData| match element {
        ConstantData::Str { value } => value.as_str().ok().map(str::to_owned),
        _ => None,
    };
    elements.iter().filter_map(name).collect()
}
