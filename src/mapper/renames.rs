//! Following the renames of a mapper: the one place where it is done, for imports and for questions alike.

use super::{contract::Answer, reference::MapperRef, request::Request};
use crate::interpreter::importlib::is_importable;
use rustpython_vm::{PyResult, VirtualMachine};
use std::borrow::Cow;

/// How often a name may be renamed before it counts as going in circles.
pub(crate) const RENAMES: usize = 32;

/// What the renames of a name lead to.
pub(crate) struct Followed<'a> {
    /// The last name.
    pub(crate) name: Cow<'a, str>,
    /// The answer to it, which is no rename.
    pub(crate) answer: Answer,
}

/// Follows the renames from `answer`, the one to `name`; `ask` asks about another name. `None` if they go in circles.
pub(crate) fn follow(
    name: &str,
    mut answer: Answer,
    mut ask: impl FnMut(&str) -> PyResult<Answer>,
) -> PyResult<Option<Followed<'_>>> {
    let mut name = Cow::from(name);
    for _ in 0..RENAMES {
        match answer {
            Answer::Rename { name: other } => {
                answer = ask(&other)?;
                name = Cow::from(other);
            }
            answer => return Ok(Some(Followed { name, answer })),
        }
    }
    Ok(None)
}

/// What `map` answers to a question about `name`, at the end of its renames.
pub(crate) fn probe(map: impl Fn(&Request<'_>) -> PyResult<Answer>, name: &str) -> PyResult<Option<Followed<'_>>> {
    let answer = map(&Request::probe(name))?;
    let followed = follow(name, answer, |other| map(&Request::probe(other)))?;
    // Where there are some names of a module, there is the module.
    Ok(followed.map(|followed| match followed.answer {
        Answer::Attenuated { answer, .. } => Followed { answer: *answer, ..followed },
        _ => followed,
    }))
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
    let Some(Followed { name, answer }) = probe(map, name)? else { return Ok(false) };
    Ok(match answer {
        Answer::Object { .. } | Answer::Load { .. } => true,
        Answer::PassThrough => is_importable(&name, vm)?,
        Answer::NotMine | Answer::Denied { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => false,
    })
}
