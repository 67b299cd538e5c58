//! Loads a plugin, decides what it imports, and calls it.

use exocet::{Error, HostModule, Imports, Runtime};

fn main() -> Result<(), Error> {
    let runtime = Runtime::builder().path("plugins")?.build()?;
    let host = HostModule::new("host").function("hour", || 9);
    let hello = runtime.load("hello", &Imports::pass_through().with_module(host))?;
    println!("{}", hello.call::<String>("reply", ("Ann",))?);
    Ok(())
}
