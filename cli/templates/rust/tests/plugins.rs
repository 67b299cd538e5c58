//! The plugins, each with a stub in place of what the program gives.

use exocet::{Error, HostModule, Imports, Runtime};

#[test]
fn hello_knows_the_hour() -> Result<(), Error> {
    let runtime = Runtime::builder().path("plugins")?.build()?;
    for (hour, reply) in [(9, "Good morning, Ann!"), (15, "Good day, Ann!")] {
        let host = HostModule::new("host").function("hour", move || hour);
        let hello = runtime.load("hello", &Imports::none().with_module(host))?;
        assert_eq!(hello.call::<String>("reply", ("Ann",))?, reply);
    }
    Ok(())
}
