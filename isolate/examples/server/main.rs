//! An HTTP server in which a fresh isolate answers each request: nothing that a plugin does is seen by another request, and a plugin
//! that loops, floods the memory or raises harms nobody else.
//!
//! ```text
//! $ cargo run --ignore-rust-version -p exocet-isolate --example server
//! http://127.0.0.1:8000
//! $ curl 'http://127.0.0.1:8000/text/slug?title=Good+Day'
//! "good-day"
//! $ curl http://127.0.0.1:8000/shop/total --json '{"prices": [1, 2.5]}'
//! {"items":2,"sum":3.5}
//! $ curl http://127.0.0.1:8000/bad/spin
//! time limit exceeded: a call took longer than 2s, at .../plugins/bad.py:7 in `spin`
//! ```
//!
//! The plugins are the modules in `plugins`, and what their `__all__` names is served.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
};
use exocet::{Directory, Error, Imports, Limits, Policy, Rule, error::Limit, modules::SearchPath};
use exocet_isolate::{Guest, Isolates, Setup, Snapshot};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, env, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal, sync::Semaphore, task::spawn_blocking};

const PLUGINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/server/plugins");

/// What plugins may import.
const LIBRARY: [&str; 5] = ["datetime", "json", "math", "re", "string"];

/// How many requests are answered at once.
pub const AT_ONCE: usize = 4;

/// How many more may wait for their turn.
pub const WAITING: usize = 8;

/// What requests have in common.
struct Server {
    /// The functions of each plugin.
    offers: BTreeMap<String, Vec<String>>,
    isolates: Isolates,
    room: Semaphore,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve(&env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned())).await
}

/// Serves until Ctrl-C, and then answers the requests that it has.
pub async fn serve(address: &str) -> Result<(), Box<dyn std::error::Error>> {
    let server = Arc::new(start()?);
    let app = Router::new().route("/{plugin}/{function}", get(with_query).post(with_json)).with_state(server);
    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    let ctrl_c = async { signal::ctrl_c().await.expect("the system tells of signals") };
    axum::serve(listener, app).with_graceful_shutdown(ctrl_c).await?;
    Ok(())
}

/// Loads all plugins into a snapshot.
fn start() -> Result<Server, Error> {
    let folder = Arc::new(Directory::new(PLUGINS)?);
    // What plugins offer is read from their text: none of them runs in this process.
    let plugins = SearchPath::new().with(folder.clone()).iter_modules();
    let offers = plugins.map(|plugin| plugin.and_then(|plugin| Ok((plugin.name().to_owned(), plugin.exports()?))));
    let offers = offers.collect::<Result<BTreeMap<_, _>, _>>()?;
    let imports = Imports::pass_through().with_policy(Policy::denying().rule(Rule::allow(LIBRARY)));
    let builder = Snapshot::builder().shared_source(folder).imports(&imports);
    let snapshot = offers.keys().fold(builder, |builder, name| builder.load(name)).build(&Guest::builtin()?)?;
    let limits = Limits::new().time(Duration::from_secs(2)).memory(64 << 20).output(64 << 10);
    let isolates = Isolates::builder(&snapshot).setup(Setup::new().limits(limits)).at_once(AT_ONCE).ahead(2).build()?;
    Ok(Server { offers, isolates, room: Semaphore::new(AT_ONCE + WAITING) })
}

/// Which function of which plugin.
type At = Path<(String, String)>;

/// A result, or a status and what is wrong.
type Answer = Result<Json<Value>, (StatusCode, String)>;

async fn with_query(state: State<Arc<Server>>, at: At, query: Query<Map<String, Value>>) -> Answer {
    answer(&state, at, query.0).await
}

async fn with_json(state: State<Arc<Server>>, at: At, json: Json<Map<String, Value>>) -> Answer {
    answer(&state, at, json.0).await
}

/// Calls a function of a plugin in a fresh isolate.
async fn answer(server: &Server, at: At, arguments: Map<String, Value>) -> Answer {
    let Path((plugin, function)) = at;
    if !server.offers.get(&plugin).is_some_and(|functions| functions.contains(&function)) {
        return Err((StatusCode::NOT_FOUND, format!("nothing is at `/{plugin}/{function}`")));
    }
    let full = |_| (StatusCode::SERVICE_UNAVAILABLE, "there are too many requests".to_owned());
    let _room = server.room.try_acquire().map_err(full)?;
    let isolate = server.isolates.take_when_free().await.map_err(|error| refusal(&error))?;
    // A call computes, so that it takes a thread of those that may be taken. The isolate ends on that thread with it.
    let call = move || isolate.module(&plugin)?.call_with(&function, (), arguments);
    let result = spawn_blocking(call).await.expect("a call doesn't panic");
    result.map(Json).map_err(|error| refusal(&error))
}

/// What the client is told of an error.
fn refusal(error: &Error) -> (StatusCode, String) {
    let exception = error.exception();
    let status = match error.limit() {
        Some(Limit::Time) => StatusCode::GATEWAY_TIMEOUT,
        Some(_) => StatusCode::BAD_GATEWAY,
        // Where there is no more memory, Python code has a chance to do with less.
        None if exception.is_some_and(|exception| exception.is("MemoryError")) => StatusCode::BAD_GATEWAY,
        None => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, exception.map_or_else(|| error.to_string(), |exception| exception.traceback().to_owned()))
}
