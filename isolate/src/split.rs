//! The data of a guest, apart from its code: an instance gets its whole memory from an image.

use crate::{fault::Fault, memory_module};
use std::fmt;
use wasm_encoder::RawSection;
use wasmparser::{DataKind, Operator, Parser, Payload, TypeRef};

/// The largest memory that a guest may begin with. It is a claim, and costs as much to look through.
const LARGEST: u64 = 256 << 20;

/// The code, and a module that is the memory which the code begins with.
pub(crate) fn split(wasm: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let foreign = |error: &dyn fmt::Display| Fault::Guest(error.to_string());
    let (mut code, mut memory) = (wasm_encoder::Module::new(), None::<Vec<u8>>);
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|error| foreign(&error))?;
        match &payload {
            // What begins the program empties the part of its memory that has no data: here it is empty, or an image's.
            Payload::DataCountSection { .. } | Payload::StartSection { .. } => continue,
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    if let TypeRef::Memory(kind) = import.map_err(|error| foreign(&error))?.ty {
                        let size = kind.initial.checked_mul(65536).filter(|size| *size <= LARGEST);
                        let size = size.ok_or_else(|| foreign(&"it wants too much memory"))?;
                        memory = Some(vec![0; usize::try_from(size).map_err(|error| foreign(&error))?]);
                    }
                }
            }
            Payload::DataSection(segments) => {
                let Some(memory) = &mut memory else { return Err(foreign(&"it imports no memory")) };
                for segment in segments.clone() {
                    let segment = segment.map_err(|error| foreign(&error))?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        return Err(foreign(&"it has passive data"));
                    };
                    let Ok(Operator::I32Const { value }) = offset_expr.get_operators_reader().read() else {
                        return Err(foreign(&"its data lies anywhere"));
                    };
                    let start = value.cast_unsigned() as usize;
                    let place = memory.get_mut(start..).and_then(|rest| rest.get_mut(..segment.data.len()));
                    place
                        .ok_or_else(|| foreign(&"its data doesn't fit into its memory"))?
                        .copy_from_slice(segment.data);
                }
                continue;
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            code.section(&RawSection { id, data: &wasm[range] });
        }
    }
    let memory = memory.ok_or_else(|| foreign(&"it imports no memory"))?;
    Ok((code.finish(), memory_module::encode(&memory)?))
}
