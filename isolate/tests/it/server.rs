//! The server of the examples, in a process of its own, under requests that come from several connections at once.

#[allow(dead_code, unreachable_pub)]
#[path = "../../examples/server/main.rs"]
mod example;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc::channel,
    thread,
};

/// What the tests run in a process of its own.
#[test]
#[ignore = "it is a part of other tests"]
fn inside() {
    let runtime = tokio::runtime::Runtime::new().expect("it starts");
    runtime.block_on(example::serve("127.0.0.1:0")).expect("it serves");
}

/// The process of a server.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut own = Command::new(env::current_exe().expect("it is known"));
        own.args(["--ignored", "--exact", "server::inside", "--nocapture"]).stdout(Stdio::piped());
        let mut child = own.spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        // What the harness prints comes first.
        let mut lines = output.lines().map(|line| line.expect("it prints text"));
        let address = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned()));
        // What it prints at its end needs a reader.
        thread::spawn(move || lines.count());
        Self { child, address: address.expect("it prints its address") }
    }

    fn connect(&self) -> Connection {
        Connection(BufReader::new(TcpStream::connect(&self.address).expect("it listens")))
    }

    /// Sends Ctrl-C.
    fn interrupt(&self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it runs");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended, unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that stays from one request to the next.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn send(&mut self, target: &str, body: Option<&Value>) {
        let method = if body.is_some() { "POST" } else { "GET" };
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!("{method} {target} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json");
        let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.get_mut().write_all(request.as_bytes()).expect("it is connected");
    }

    /// The status and the body of the next response.
    fn receive(&mut self) -> (u16, String) {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line: &String| !line.is_empty()) {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).expect("it is connected") > 0, "{lines:?}");
            lines.push(line.trim_end().to_ascii_lowercase());
        }
        let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        self.0.read_exact(&mut body).expect("all of it comes");
        (status, String::from_utf8(body).expect("text"))
    }

    fn get(&mut self, target: &str) -> (u16, String) {
        self.send(target, None);
        self.receive()
    }

    /// Checks what is answered.
    #[track_caller]
    fn answers(&mut self, target: &str, body: Option<&Value>, expected: &Value) {
        self.send(target, body);
        assert_eq!(self.receive(), (200, expected.to_string()), "{target}");
    }

    /// Checks how a request is refused.
    #[track_caller]
    fn refuses(&mut self, target: &str, status: u16, words: &str) {
        let (is, text) = self.get(target);
        assert!(is == status && text.contains(words), "{target}: {is} {text}");
    }
}

/// What one client asks for among others; each question has an answer of its own.
fn ask(connection: &mut Connection, client: usize, number: usize) {
    match number % 12 {
        3 => connection.refuses(
            &format!("/bad/fail?reason={client}+{number}"),
            500,
            &format!("ValueError: {client} {number}"),
        ),
        5 => connection.refuses("/bad/flood", 502, "MemoryError"),
        7 => connection.refuses("/bad/chatter", 502, "printed more than 65536 bytes"),
        9 => connection.refuses("/bad/leave", 500, "SystemExit: 3"),
        at if at % 2 == 0 => {
            let expected = json!(format!("request-{number}-of-{client}"));
            connection.answers(&format!("/text/slug?title=Request+{number}+of+{client}"), None, &expected);
        }
        _ => {
            let prices = json!({"prices": [client, number]});
            connection.answers("/shop/total", Some(&prices), &json!({"items": 2, "sum": client + number}));
        }
    }
}

#[test]
fn each_request_gets_its_own_answer_among_those_that_loop_flood_and_raise() {
    let server = Server::start();
    thread::scope(|scope| {
        for client in 0..8 {
            let mut connection = server.connect();
            scope.spawn(move || {
                for number in 0..60 {
                    if number == 7 * client {
                        connection.refuses("/bad/spin", 504, "a call took longer than 2s");
                    }
                    ask(&mut connection, client, number);
                }
            });
        }
    });
    let connection = &mut server.connect();
    connection.refuses("/bad/fail?reason=it+rained", 500, "bad.py\", line");
    connection.refuses("/bad/fail", 500, "TypeError");
    connection.refuses("/bad/reach_out", 500, "No module named 'socket': denied");
    for absent in ["/text/re", "/text/__import__", "/os/getcwd", "/shop/basket"] {
        connection.refuses(absent, 404, &format!("nothing is at `{absent}`"));
    }
    connection.answers("/text/count?text=A+rose+is+a+rose", None, &json!({"a": 2, "is": 1, "rose": 2}));
}

#[test]
fn who_is_too_many_is_told_so_and_who_was_let_in_is_answered_after_ctrl_c() {
    let mut server = Server::start();
    let room = example::AT_ONCE + example::WAITING;
    let mut connections: Vec<_> = (0..2 * room).map(|_| server.connect()).collect();
    connections.iter_mut().for_each(|connection| connection.send("/bad/spin", None));
    let (sender, answers) = channel();
    for mut connection in connections {
        let sender = sender.clone();
        thread::spawn(move || sender.send(connection.receive()));
    }
    drop(sender);
    let told: Vec<_> = answers.iter().take(room).collect();
    assert!(told.contains(&(503, "there are too many requests".to_owned())), "{told:#?}");
    server.interrupt();
    let told: Vec<_> = answers.iter().collect();
    assert_eq!(told.len(), room);
    // Where the machine is slow, some have come late.
    assert!(told.iter().all(|(status, _)| [503, 504].contains(status)), "{told:#?}");
    assert!(server.child.wait().expect("it ends").success());
    assert!(TcpStream::connect(&server.address).is_err());
}
