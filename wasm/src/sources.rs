//! Sources, as JavaScript describes them.

use super::{Answer, host};
use exocet::{
    Memory, Source, Zip,
    modules::{Location, SearchPath},
};
use js_sys::{Array, Reflect, TypeError, Uint8Array};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// A source that JavaScript gave.
pub(super) struct Given {
    pub(super) source: Arc<dyn Source>,
    /// The same source, where it has files that can be written to.
    pub(super) files: Option<Arc<Memory>>,
}

/// The sources alone, without the library.
pub(super) fn path_of(sources: &[Given]) -> SearchPath {
    SearchPath::from_locations(sources.iter().map(|given| Location::root(given.source.clone())))
}

/// The sources that JavaScript describes, each as `{ label, files }` or `{ label, zip }`.
pub(super) fn open_all(sources: &Array) -> Answer<Vec<Given>> {
    let opened = sources.iter().map(|source| open(&source)).collect::<Result<_, _>>();
    opened.map_err(|error| TypeError::new(&error).into())
}

fn open(source: &JsValue) -> Result<Given, String> {
    let field = |name: &str| Reflect::get(source, &name.into()).unwrap_or_default();
    let label = field("label").as_string().ok_or("a source needs a label")?;
    if let Some(bytes) = bytes_of(&field("zip")) {
        let zip = Zip::from_bytes(label.as_str(), bytes).map_err(|error| format!("{label}: {error}"))?;
        return Ok(Given { source: Arc::new(zip), files: None });
    }
    let files = Arc::new(Memory::new(label.as_str()));
    let entries = host::entries(&field("files"));
    let entries = entries.map_err(|thrown| format!("{label}: {}", thrown.get(2).as_string().unwrap_or_default()))?;
    for (path, content) in entries {
        let bytes = bytes_of(&content).ok_or_else(|| format!("{label}/{path}: a file is a string or a Uint8Array"))?;
        files.insert(path, bytes);
    }
    Ok(Given { source: files.clone(), files: Some(files) })
}

/// The bytes of a file.
pub(super) fn bytes_of(content: &JsValue) -> Option<Vec<u8>> {
    if let Some(text) = content.as_string() {
        return Some(text.into_bytes());
    }
    content.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}
