//! Following the renames of a mapper: the one place where it is done, for imports and for questions alike.

use super::{attenuation::Attenuation, contract::Answer, reference::MapperRef, request::Request};
use crate::interpreter::importlib::is_importable;
use rustpython_vm::{PyResult, VirtualMachine};
use std::{borrow::Cow, sync::Arc};

/// How often a name may be renamed before it counts as going in circles.
pub(crate) const RENAMES: usize = 32;

/// What the renames of a name lead to.
pub(crate) struct Followed<'a> {
    /// The last name.
    pub(crate) name: Cow<'a, str>,
    /// The answer to it, which is neither a rename nor an attenuation.
    pub(crate) answer: Answer,
    /// The attenuations on the way, the outermost first, each with the name that it was the answer to.
    pub(crate) attenuations: Vec<(Cow<'a, str>, Arc<Attenuation>)>,
}

/// Follows the renames from `answer`, the one to `name`, also those inside of attenuations; `ask` asks about another name.
/// `None` if they go in circles.
pub(crate) fn follow(
    name: &str,
    mut answer: Answer,
    mut ask: impl FnMut(&str) -> PyResult<Answer>,
) -> PyResult<Option<Followed<'_>>> {
    let mut name = Cow::from(name);
    let mut attenuations = Vec::new();
    for _ in 0..RENAMES {
        let (outer, inner) = answer.unpacked();
        attenuations.extend(outer.into_iter().map(|attenuation| (name.clone(), attenuation)));
        match inner {
            Answer::Rename { name: other } => {
                answer = ask(&other)?;
                name = Cow::from(other);
            }
            answer => return Ok(Some(Followed { name, answer, attenuations })),
        }
    }
    Ok(None)
}

/// What `map` answers to a question about `name`, at the end of its renames.
pub(crate) fn probe(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str) -> PyResult<Option<Followed<'_>>> {
    let answer = map(&Request::probe(name))?;
    follow(name, answer, |other| map(&Request::probe(other)))
}

impl MapperRef {
    /// Whether `lookup` would find `name`. Nothing is imported to find out.
    ///
    /// # Errors
    /// What the mapper raises.
    pub fn contains(&self, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
        finds(|request| self.map(request, vm), name, vm)
    }

    /// What `super().contains(name)` returns in a Python class below a ready-made mapper; `None` if it isn't below any.
    pub(crate) fn contains_of_base(&self, name: &str, vm: &VirtualMachine) -> Option<PyResult<bool>> {
        let mapper = self.payload().base()?;
        Some(finds(|request| mapper.map(request, vm), name, vm))
    }
}

fn finds(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    // Where there are some names of a module, there is the module.
    let Some(Followed { name, answer, .. }) = probe(map, name)? else { return Ok(false) };
    Ok(match answer {
        Answer::Object { .. } | Answer::Load { .. } => true,
        Answer::PassThrough => is_importable(&name, vm)?,
        Answer::NotMine | Answer::Denied { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => false,
    })
}
