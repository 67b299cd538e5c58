//! Which isolate this thread is in the middle of: a function of the host's that an isolate calls may use the objects of that
//! isolate, and then its requests go through the call that is under way.

use crate::boundary::{Reply, Request};
use exocet::Error;
use scoped_tls_hkt::scoped_thread_local;

/// An isolate that waits for its host.
pub(crate) trait Waiting {
    /// Whose it is.
    fn number(&self) -> u64;

    /// Has it do something meanwhile.
    fn request(&mut self, request: Request) -> Result<Reply, Error>;
}

scoped_thread_local!(static mut WAITING: for<'a> &'a mut (dyn Waiting + 'a));

/// Runs `f`, a function of the host's, on behalf of an isolate.
pub(crate) fn on_behalf_of<R>(waiting: &mut dyn Waiting, f: impl FnOnce() -> R) -> R {
    WAITING.set(waiting, f)
}

/// Has the isolate of that number do something, if this thread is in the middle of it. Otherwise the request is left as it is.
pub(crate) fn request(number: u64, request: &mut Option<Request>) -> Option<Result<Reply, Error>> {
    if !WAITING.is_set() {
        return None;
    }
    WAITING.with(|waiting| {
        let is_own = waiting.number() == number;
        request.take_if(|_| is_own).map(|request| waiting.request(request))
    })
}
