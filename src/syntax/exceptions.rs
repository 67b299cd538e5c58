//! The classes of exceptions.

use std::sync::Arc;

/// A class of exceptions, known by the names of all the classes that it is made of, its own first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class(Arc<[String]>);

impl Class {
    /// A class of the builtins.
    pub(crate) fn builtin(name: &str) -> Option<Self> {
        let mut line = Vec::new();
        let mut name = match name {
            "IOError" | "EnvironmentError" => "OSError",
            name => name,
        };
        while let Some((bases, _)) = TREE.iter().find(|(_, names)| names.split(' ').any(|known| known == name)) {
            line.push(name.to_owned());
            name = bases;
        }
        (!line.is_empty()).then(|| Self(line.into()))
    }

    /// The class of an import of what isn't there.
    pub(crate) fn missing() -> Self {
        Self::builtin("ModuleNotFoundError").expect("it is in the table")
    }

    /// A class that a module defines. What stands behind an `@` tells it from others of the same name.
    pub(crate) fn derived(name: String, bases: &[Class]) -> Self {
        let above = bases.iter().flat_map(|base| base.0.iter().cloned());
        Self(std::iter::once(name).chain(above).collect())
    }

    /// Its own name.
    pub(crate) fn name(&self) -> &str {
        self.0[0].split('@').next().unwrap_or_default()
    }

    pub(super) fn is_a(&self, other: &Class) -> bool {
        self.0.contains(&other.0[0])
    }
}

/// The classes of the builtins, each with those that are made of it.
const TREE: [(&str, &str); 18] = [
    ("", "BaseException"),
    ("BaseException", "BaseExceptionGroup Exception GeneratorExit KeyboardInterrupt SystemExit"),
    (
        "Exception",
        "ArithmeticError AssertionError AttributeError BufferError EOFError ExceptionGroup ImportError LookupError",
    ),
    (
        "Exception",
        "MemoryError NameError OSError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError",
    ),
    ("Exception", "SystemError TypeError ValueError Warning"),
    ("ArithmeticError", "FloatingPointError OverflowError ZeroDivisionError"),
    ("ImportError", "ModuleNotFoundError"),
    ("LookupError", "IndexError KeyError"),
    ("NameError", "UnboundLocalError"),
    ("OSError", "BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError"),
    ("OSError", "IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError"),
    ("ConnectionError", "BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError"),
    ("RuntimeError", "NotImplementedError PythonFinalizationError RecursionError"),
    ("SyntaxError", "IndentationError"),
    ("IndentationError", "TabError"),
    ("ValueError", "UnicodeError"),
    ("UnicodeError", "UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError"),
    (
        "Warning",
        "BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning",
    ),
];
