//! Python in a Rust program, in ten lines: `cargo run --ignore-rust-version --example embed`.

use exocet::{Error, HostModule, Imports, Memory, Runtime};

pub fn main() -> Result<(), Error> {
    let text = "import host\ndef greet(name):\n    return host.shout(f'good day, {name}')";
    let runtime = Runtime::builder().source(Memory::new("<plugins>").with("greeter.py", text)).build()?;
    let host = HostModule::new("host").function("shout", |text: String| text.to_uppercase());
    let greeter = runtime.load("greeter", &Imports::pass_through().with_module(host))?;
    let greeting: String = greeter.call("greet", ("Ann",))?;
    assert_eq!(greeting, "GOOD DAY, ANN");
    println!("{greeting}");
    Ok(())
}
