//! The arguments of a call from Rust.

use super::{bridge::Bridge, value::Value};
use crate::error::Error;
use rustpython_vm::PyObjectRef;
use serde::Serialize;

/// The arguments of a call: a tuple of up to eight values, or a `Vec` or slice of values.
pub trait Arguments: sealed::Sealed {
    #[doc(hidden)]
    fn to_python(&self, function: &str, bridge: Bridge<'_>) -> Result<Vec<PyObjectRef>, Error>;

    #[doc(hidden)]
    fn to_data(&self, function: &str, keeper: u64) -> Result<Vec<Value>, Error>;
}

mod sealed {
    pub trait Sealed {}
}

fn argument<T: Serialize>(value: &T, at: usize, function: &str, bridge: Bridge<'_>) -> Result<PyObjectRef, Error> {
    bridge.to_python(value, || format!("argument {at} of `{function}`"))
}

fn data<T: Serialize>(value: &T, at: usize, function: &str, keeper: u64) -> Result<Value, Error> {
    Value::new(value, keeper, &format!("argument {at} of `{function}`"))
}

impl<T: Serialize> sealed::Sealed for &[T] {}

impl<T: Serialize> Arguments for &[T] {
    fn to_python(&self, function: &str, bridge: Bridge<'_>) -> Result<Vec<PyObjectRef>, Error> {
        self.iter().enumerate().map(|(at, value)| argument(value, at + 1, function, bridge)).collect()
    }

    fn to_data(&self, function: &str, keeper: u64) -> Result<Vec<Value>, Error> {
        self.iter().enumerate().map(|(at, value)| data(value, at + 1, function, keeper)).collect()
    }
}

impl<T: Serialize> sealed::Sealed for Vec<T> {}

impl<T: Serialize> Arguments for Vec<T> {
    fn to_python(&self, function: &str, bridge: Bridge<'_>) -> Result<Vec<PyObjectRef>, Error> {
        self.as_slice().to_python(function, bridge)
    }

    fn to_data(&self, function: &str, keeper: u64) -> Result<Vec<Value>, Error> {
        self.as_slice().to_data(function, keeper)
    }
}

macro_rules! arguments {
    ($($name:ident $at:tt)*) => {
        impl<$($name: Serialize),*> sealed::Sealed for ($($name,)*) {}

        impl<$($name: Serialize),*> Arguments for ($($name,)*) {
            fn to_python(&self, _function: &str, _bridge: Bridge<'_>) -> Result<Vec<PyObjectRef>, Error> {
                Ok(vec![$(argument(&self.$at, $at + 1, _function, _bridge)?),*])
            }

            fn to_data(&self, _function: &str, _keeper: u64) -> Result<Vec<Value>, Error> {
                Ok(vec![$(data(&self.$at, $at + 1, _function, _keeper)?),*])
            }
        }
    };
}

arguments!();
arguments!(A 0);
arguments!(A 0 B 1);
arguments!(A 0 B 1 C 2);
arguments!(A 0 B 1 C 2 D 3);
arguments!(A 0 B 1 C 2 D 3 E 4);
arguments!(A 0 B 1 C 2 D 3 E 4 F 5);
arguments!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
arguments!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
