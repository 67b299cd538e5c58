//! Rust functions whose arguments serde can read.

use super::side::Given;
use crate::error::Error;
use rustpython_vm::object::PyThreadingConstraint;
use serde::de::DeserializeOwned;

/// A function of up to six arguments, each of them a value that serde can read.
pub trait Function<A>: PyThreadingConstraint + 'static {
    /// What it returns.
    type Output;

    #[doc(hidden)]
    fn apply(&self, name: &str, given: Given<'_>) -> Result<Self::Output, Error>;
}

macro_rules! functions {
    ($($name:ident)*) => {
        impl<F, R, $($name: DeserializeOwned),*> Function<($($name,)*)> for F
        where
            F: Fn($($name),*) -> R + PyThreadingConstraint + 'static,
        {
            type Output = R;

            #[allow(non_snake_case, unused_mut)]
            fn apply(&self, name: &str, mut given: Given<'_>) -> Result<R, Error> {
                given.at_most(<[&str]>::len(&[$(stringify!($name)),*]), name)?;
                $(let $name = given.next(name)?;)*
                Ok(self($($name),*))
            }
        }
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E G);
