//! A live Python object of an isolate, kept on the Rust side.

use crate::{
    boundary::{Reply, Request},
    instance::Allowance,
    isolate::{Link, unexpected, value},
};
use exocet::{
    Error,
    values::{Arguments, Handle, KEPT, Keeper, Value, View, Wanted},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use std::{cell::RefCell, collections::HashMap, fmt, sync::Arc};

/// A live Python object of an isolate: a module, or anything that came out of one.
///
/// It is used as an [`exocet::Object`] is. Plain data crosses as values, everything else stays inside and is such a handle; one that
/// is asked for is an object whatever it is. A clone is the same object. It lives as long as a handle does.
#[derive(Clone)]
pub struct Object(Arc<Inner>);

struct Inner {
    link: Arc<Link>,
    handle: Handle,
    /// Whether it belongs to the snapshot, which keeps it.
    is_lasting: bool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.is_lasting {
            self.link.release(self.handle.number);
        }
    }
}

impl Object {
    pub(crate) fn new(link: Arc<Link>, handle: Handle, is_lasting: bool) -> Self {
        Self(Arc::new(Inner { link, handle, is_lasting }))
    }

    /// Calls the attribute `name`: a module's function, or a method. The arguments are a tuple of values.
    ///
    /// # Errors
    /// What the call raises; an argument or a result that doesn't fit; a limit that is exceeded; an isolate that is gone.
    pub fn call<T: DeserializeOwned>(&self, name: &str, arguments: impl Arguments) -> Result<T, Error> {
        self.call_with(name, arguments, ())
    }

    /// Calls the attribute `name` with keyword arguments too: a struct or a map with string keys, or `()`.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn call_with<T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: impl Arguments,
        keywords: impl Serialize,
    ) -> Result<T, Error> {
        self.apply(Some(name), arguments, keywords)
    }

    /// Calls the object itself.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn invoke<T: DeserializeOwned>(&self, arguments: impl Arguments) -> Result<T, Error> {
        self.invoke_with(arguments, ())
    }

    /// Calls the object itself with keyword arguments too.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn invoke_with<T: DeserializeOwned>(
        &self,
        arguments: impl Arguments,
        keywords: impl Serialize,
    ) -> Result<T, Error> {
        self.apply(None, arguments, keywords)
    }

    fn apply<T: DeserializeOwned>(
        &self,
        name: Option<&str>,
        arguments: impl Arguments,
        keywords: impl Serialize,
    ) -> Result<T, Error> {
        let shown = name.unwrap_or(&self.0.handle.class);
        let keeper = self.0.link.number();
        let arguments = arguments.to_data(shown, keeper)?;
        let keywords = Value::new(&keywords, keeper, &format!("the keyword arguments of `{shown}`"))?;
        let wanted = Wanted::by::<T>();
        let name = name.map(str::to_owned);
        let request = Request::Call { object: self.number(), name, arguments, keywords, wanted };
        let value = value(self.0.link.request(request)?, wanted)?;
        self.read(&value, &format!("the result of `{shown}`"))
    }

    /// The attribute `name`, as a Rust value.
    ///
    /// # Errors
    /// A missing attribute, as an `AttributeError`; one that doesn't fit; an isolate that is gone.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        let wanted = Wanted::by::<T>();
        let request = Request::Get { object: self.number(), name: Some(name.to_owned()), wanted };
        let value = value(self.0.link.request(request)?, wanted)?;
        self.read(&value, &format!("attribute `{name}`"))
    }

    /// Whether there is an attribute `name`.
    ///
    /// # Errors
    /// What a `__getattr__` raises that is no `AttributeError`; an isolate that is gone.
    pub fn has(&self, name: &str) -> Result<bool, Error> {
        match self.0.link.request(Request::Has { object: self.number(), name: name.to_owned() })? {
            Reply::Is(is) => Ok(is),
            other => Err(unexpected(&other)),
        }
    }

    /// Sets the attribute `name`.
    ///
    /// # Errors
    /// What setting it raises; a value that has no form in Python, or belongs to another isolate; an isolate that is gone.
    pub fn set(&self, name: &str, value: impl Serialize) -> Result<(), Error> {
        let value = Value::new(&value, self.0.link.number(), &format!("attribute `{name}`"))?;
        self.0.link.request(Request::Set { object: self.number(), name: name.to_owned(), value }).map(drop)
    }

    /// The object as a Rust value.
    ///
    /// # Errors
    /// An object that doesn't fit; an isolate that is gone.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let wanted = Wanted::by::<T>();
        let value = value(self.0.link.request(Request::Get { object: self.number(), name: None, wanted })?, wanted)?;
        self.read(&value, &format!("`{}`", self.0.handle.class))
    }

    fn number(&self) -> u32 {
        self.0.handle.number
    }

    /// Reads a value, in which objects are this isolate's.
    fn read<T: DeserializeOwned>(&self, value: &Value, what: &str) -> Result<T, Error> {
        holding(&self.0.link, handles(std::slice::from_ref(value)), |keeper| value.to(keeper, what))
    }
}

thread_local! {
    /// The objects of the values that are being read.
    static HELD: RefCell<HashMap<u32, Object>> = RefCell::default();
}

/// Reads values with these handles in them. Those that nobody takes are let go afterwards.
pub(crate) fn holding<R>(link: &Arc<Link>, handles: Vec<Handle>, read: impl FnOnce(&dyn Keeper) -> R) -> R {
    let outer = HELD.replace(hold(link, handles).collect());
    let result = read(&Reading(link));
    HELD.set(outer);
    result
}

/// The objects by their numbers, of which there may be very many.
fn hold(link: &Arc<Link>, handles: Vec<Handle>) -> impl Iterator<Item = (u32, Object)> {
    handles.into_iter().map(|handle| (handle.number, Object::new(link.clone(), handle, false)))
}

/// Reads objects of an isolate while values are being read.
struct Reading<'a>(&'a Arc<Link>);

impl Keeper for Reading<'_> {
    fn read(&self, object: &Handle, view: View) -> Result<Option<Value>, Error> {
        let value = match self.0.request_within(Request::Read { object: object.number, view }, Allowance::Rest)? {
            Reply::Value(value) => value,
            Reply::Nothing => return Ok(None),
            other => return Err(unexpected(&other)),
        };
        let held = hold(self.0, handles(std::slice::from_ref(&value)));
        HELD.with_borrow_mut(|all| all.extend(held));
        Ok(Some(value))
    }
}

/// The handles in values.
pub(crate) fn handles(values: &[Value]) -> Vec<Handle> {
    let mut handles = Vec::new();
    let mut left: Vec<&Value> = values.iter().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::Object(handle) => handles.push(handle.clone()),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => left.extend(items),
            Value::Dict(entries) | Value::Attributes(entries) => {
                left.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            _ => {}
        }
    }
    handles
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of object it is; its `repr` would run Python code.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Python object of class `{}`>", self.0.handle.class)
    }
}

/// Only as a value for Python code of the same isolate.
impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(KEPT, &(self.0.link.number(), self.number()))
    }
}

/// Only of a value of Python code.
impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of an isolate")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Object, E> {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                let held = HELD.with_borrow(|held| held.get(&number).cloned());
                held.ok_or_else(|| E::custom("only an isolate has such objects"))
            }
        }

        deserializer.deserialize_newtype_struct(KEPT, Visitor)
    }
}
