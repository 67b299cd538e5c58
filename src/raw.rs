//! The loader for those who work inside the VM: the functions that take `vm`. Some types have methods that take it, too.
//!
//! ```
//! use exocet::{Memory, Runtime, raw};
//!
//! let app = Memory::new("<app>").with("app.py", "seen = 42");
//! let runtime = Runtime::builder().source(app).build()?;
//! let seen: i32 = runtime.try_enter(|vm| {
//!     let app = raw::search_path(vm)?.get("app").map_err(|error| error.into_exception(vm))?;
//!     raw::load(&app, &raw::pass_through(vm), vm)?.get_attr("seen", vm)?.try_into_value(vm)
//! })?;
//! assert_eq!(seen, 42);
//! # Ok::<(), exocet::Error>(())
//! ```

#[cfg(feature = "threading")]
pub use crate::compile::ahead::compile_ahead;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use crate::interpreter::clock::set_clock;
pub use crate::{
    import::load::{load, load_into, run_main, run_module_as_main},
    interpreter::{
        frames::position,
        sources::{library, search_path},
    },
    load::units::forget_units,
    mapper::{
        basic::{chain, empty, pass_through},
        exclusion::exclusion,
        lookup::callable,
        overrides::overrides,
        redirect::redirect,
        reference::MapperRef,
        trail::Explained,
    },
    realm::reference::{RealmBuilder, RealmRef, load_package},
    values::traceback::{describe, traceback},
};
