//! What the sources hold, without running any of it.

use super::{Answer, Loader, host};
use exocet::{
    Error,
    modules::{Kind, PythonModule},
    syntax::{Import, ImportKind},
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// `ModuleInfo` of the package's `loader.ts`.
#[derive(Serialize)]
struct Info<'a> {
    name: &'a str,
    kind: &'static str,
    origin: Option<String>,
}

/// `ImportInfo` of the package's `loader.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    name: &'a str,
    item: Option<&'a str>,
    alias: Option<&'a str>,
    level: u32,
    line: usize,
    column: usize,
    kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lazy: bool,
}

#[wasm_bindgen]
impl Loader {
    /// The modules of the sources, or those in a package; all below too if `deep`. What can't be read is an error among
    /// them.
    pub fn modules(&self, within: Option<String>, deep: bool) -> Answer<js_sys::Array> {
        let path = self.path();
        let package = within.map(|name| self.in_python(|_| path.get(&name))).transpose()?;
        let found: Vec<Result<PythonModule, Error>> = match (package, deep) {
            (None, false) => path.iter_modules().collect(),
            (None, true) => path.walk_modules().collect(),
            (Some(package), false) => package.iter_modules().collect(),
            // A walk begins with the package itself.
            (Some(package), true) => package.walk_modules().skip(1).collect(),
        };
        let shown = |item: Result<PythonModule, Error>| match item {
            Ok(module) => self.info(&module),
            Err(error) => Ok(self.raise(error)),
        };
        found.into_iter().map(shown).collect()
    }

    /// A module by name: of the sources, or else of the library.
    pub fn find(&self, name: &str) -> Answer<JsValue> {
        self.info(&self.handle(name)?)
    }

    /// The text of a module; absent for one without any.
    pub fn source(&self, name: &str) -> Answer<Option<String>> {
        let handle = self.handle(name)?;
        self.in_python(|_| handle.text())
    }

    /// The import statements of a module.
    pub fn imports(&self, name: &str) -> Answer<JsValue> {
        let handle = self.handle(name)?;
        let found = self.in_python(|_| handle.imports())?;
        let statement = |import: &Import| {
            host::plain(&Statement {
                name: &import.name,
                item: import.item.as_deref(),
                alias: import.alias.as_deref(),
                level: import.level,
                line: import.line,
                column: import.column,
                kind: match import.kind {
                    ImportKind::TopLevel => "top-level",
                    ImportKind::Function => "function",
                    ImportKind::TypeChecking => "type-checking",
                    ImportKind::Try => "try",
                    ImportKind::Never => "never",
                },
                lazy: import.is_lazy,
            })
        };
        let statements: Result<js_sys::Array, _> = found.iter().map(statement).collect();
        statements.map(Into::into).map_err(Into::into)
    }

    /// The names that `from module import *` would take.
    pub fn exports(&self, name: &str) -> Answer<Vec<String>> {
        let handle = self.handle(name)?;
        self.in_python(|_| handle.exports())
    }

    /// The names that a module's top level binds.
    pub fn attributes(&self, name: &str) -> Answer<Vec<String>> {
        let handle = self.handle(name)?;
        self.in_python(|_| handle.attributes())
    }
}

impl Loader {
    fn handle(&self, name: &str) -> Answer<PythonModule> {
        self.in_python(|_| self.runtime.search_path()?.get(name))
    }

    fn info(&self, module: &PythonModule) -> Answer<JsValue> {
        let kind = match module.kind() {
            Kind::Module => "module",
            Kind::Package => "package",
            Kind::Namespace => "namespace",
        };
        Ok(host::plain(&Info { name: module.name(), kind, origin: module.origin() })?)
    }
}
