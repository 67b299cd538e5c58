//! A second instance of the guest, which compiles for the one that a snapshot is made of.

use crate::{
    Guest, Setup,
    boundary::{Content, Reply, Request, Source},
    host::{Host, Session},
    instance::{Allowance, Instance, Parts},
    isolate::Link,
    limits::Bounds,
    senses::Senses,
};
use exocet::{Error, Imports, values::Value};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// It is started with the first module, and dropped with what it has in its memory.
pub(crate) struct Compiler {
    guest: Guest,
    setup: Setup,
    link: Mutex<Option<Arc<Link>>>,
}

impl Compiler {
    pub(crate) fn new(guest: Guest, setup: Setup) -> Self {
        Self { guest, setup, link: Mutex::default() }
    }

    /// The code of a module. Nothing where the other one is to compile it: it then says what is wrong with the text.
    pub(crate) fn compile(&self, source: Source, until: Option<Instant>) -> Option<Content> {
        // It counts as time of the one that waits.
        match self.link().ok()?.request_within(Request::Compile(source), Allowance::Until(until)) {
            Ok(Reply::Value(Value::Bytes(code))) => Some(Content(code)),
            Ok(_) => None,
            Err(_) => {
                // It is of no use any more.
                *self.link.lock().unwrap_or_else(PoisonError::into_inner) = None;
                None
            }
        }
    }

    fn link(&self) -> Result<Arc<Link>, Error> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = &*link {
            return Ok(link.clone());
        }
        let made = Link::new();
        let parts = Parts {
            bounds: Bounds::new(&self.setup.limits)?,
            senses: Senses::new(self.setup.clone()),
            host: Arc::new(Host::new(&Imports::none(), Vec::new())?),
            session: Session::new(None),
            link: made.clone(),
            resume: None,
        };
        made.begin(Instance::boot(&self.guest, parts)?);
        *link = Some(made.clone());
        Ok(made)
    }
}
