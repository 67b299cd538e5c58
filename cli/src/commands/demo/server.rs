//! A server of one page on loopback.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

const PAGE: &str = "a page from loopback";

/// Starts the server, and returns the address of its page. It runs until the process ends.
pub(super) fn start() -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    thread::Builder::new().spawn(move || {
        for client in listener.incoming().flatten() {
            // A client that is gone again is served well enough.
            let _ = answer(client);
        }
    })?;
    Ok(url)
}

fn answer(mut client: TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(client.try_clone()?).lines();
    while !lines.next().transpose()?.unwrap_or_default().is_empty() {}
    write!(client, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{PAGE}", PAGE.len())
}
