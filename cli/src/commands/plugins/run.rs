//! `exocet plugins run`.

use super::Which;
use crate::{
    disk_cache::Caching,
    failure::Failure,
    output::{self, CYAN, DIM, GREEN, RED},
    plan::{Mapping, Plan},
    sources,
};
use clap::Args;
use exocet::{
    Object, Runtime,
    plugins::{Plugins, Problem, Settings, State, Status},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Load plugins, each in a realm of its own, and report how that went
#[derive(Debug, Args)]
#[command(after_long_help = "\
Each plugin is loaded after those that it requires, with the modules beside it as its own; what the mapper of the
options decides, it decides for all that a plugin imports from elsewhere. One that fails keeps no other from being
loaded. A line has the plugin, its state, its generation, the time of that one's load, and what went wrong;
tracebacks go to stderr, and so does what plugins print.
Replies are shown as JSON, and those that have no form in it by their class.
With --watch, a new generation of a plugin is loaded whenever a file changes that it was loaded from, and takes the
place of the old one if it stands. Each change is a line on stderr; what --call names is called again.
Exit code: 0; 1 if a plugin or a call failed, or anything couldn't be listed or read; 2 if the command line is wrong.

The JSON is {\"plugins\": [{\"name\", \"module\", \"origin\", \"version\", \"state\", \"generation\", \"ms\", \"error\",
\"traceback\"}], \"problems\": [{\"message\", \"module\", \"line\"}], \"replies\": [{\"plugin\", \"generation\", \"reply\",
\"error\"}]}, on one line; with --watch there is another line after each change. What isn't known is null.

Examples:
  exocet plugins run --path src --package app.plugins --policy plugins.toml
      Does each plugin load under that policy?
  exocet plugins run --path src --package app.plugins --call reply --watch
      What does the function `reply` of each plugin return, now and after each change of its files?")]
pub(super) struct RunArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    mapping: Mapping,
    #[command(flatten)]
    caching: Caching,
    /// Call this function of each plugin that has it, without arguments, and print what it returns
    #[arg(long, value_name = "HOOK")]
    call: Option<String>,
    /// Stay, and replace plugins as their files change
    ///
    /// Ctrl-C ends it.
    #[cfg(feature = "watch")]
    #[arg(long)]
    watch: bool,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    if args.which.search.paths.is_empty() {
        return Err(Failure::Usage("there is nothing to run: --path is where plugins are".to_owned()));
    }
    let discovery = args.which.discovery()?;
    // Whoever presses Ctrl-C means this command, and not the plugin that is loading just then.
    let builder = Runtime::builder();
    let sources = sources::open(&args.which.search)?;
    let plan = Plan::new(&args.mapping)?.obeying(&sources)?;
    let builder = sources.iter().fold(builder, |builder, source| builder.shared_source(source.clone()));
    let runtime = args.caching.apply(builder).build().map_err(Failure::failed)?;
    plan.check(&runtime.search_path().map_err(Failure::failed)?)?;
    let plugins = runtime.plugins(discovery);
    plugins.configure("*", Settings::new().imports(plan.imports(false)?));
    runtime.enter(|vm| {
        let mut out = output::stdout_of_its_own(vm).map_err(|error| Failure::raised(&error, vm))?;
        plugins.load().map_err(Failure::failed)?;
        let report = Report::of(&plugins, args.call.as_deref())?;
        report.complain();
        match args.json {
            true => report.write_json(&mut out)?,
            false => report.write_table(&mut out)?,
        }
        #[cfg(feature = "watch")]
        if args.watch {
            watch(&plugins, args, out)?;
        }
        Ok(ExitCode::from(u8::from(report.failed())))
    })
}

/// Reports what becomes of the plugins as their files change, until the process is ended.
#[cfg(feature = "watch")]
fn watch(plugins: &Plugins, args: &RunArgs, mut out: impl Write) -> Result<(), Failure> {
    let mut watch = plugins.watch().map_err(Failure::failed)?;
    output::note("watching the plugins' files");
    loop {
        for change in watch.next(None).map_err(Failure::failed)? {
            output::note(&change.to_string());
            change.traceback.iter().for_each(|traceback| show_traceback(traceback));
        }
        let report = Report::of(plugins, args.call.as_deref())?;
        report.replies.iter().filter_map(|reply| reply.traceback.as_deref()).for_each(show_traceback);
        match args.json {
            true => report.write_json(&mut out)?,
            false => report.write_replies(&mut out)?,
        }
    }
}

fn show_traceback(traceback: &str) {
    // When stderr is closed there is nobody to report to.
    let _ = io::stderr().write_all(traceback.as_bytes());
}

/// The plugins as they are at one time, and what they reply.
#[derive(Serialize)]
struct Report {
    plugins: Vec<Row>,
    problems: Vec<Problem>,
    replies: Vec<Reply>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    module: String,
    origin: Option<String>,
    version: Option<String>,
    state: State,
    generation: u32,
    ms: f64,
    error: Option<String>,
    traceback: Option<String>,
}

#[derive(Serialize)]
struct Reply {
    plugin: String,
    generation: u32,
    reply: Value,
    error: Option<String>,
    #[serde(skip)]
    traceback: Option<String>,
}

impl Report {
    fn of(plugins: &Plugins, hook: Option<&str>) -> Result<Self, Failure> {
        let problems = plugins.found().map_err(Failure::failed)?.problems;
        let replies = match hook {
            Some(hook) => plugins.call_all::<Object>(hook, ()).map_err(Failure::failed)?,
            None => Vec::new(),
        };
        let rows = plugins.status().into_iter().map(|status| Row::of(status, plugins));
        Ok(Self { plugins: rows.collect(), problems, replies: replies.into_iter().map(Reply::of).collect() })
    }

    fn failed(&self) -> bool {
        !self.problems.is_empty()
            || self.plugins.iter().any(|row| row.error.is_some())
            || self.replies.iter().any(|reply| reply.error.is_some())
    }

    /// Reports on stderr what could not be listed, read or understood, and the tracebacks.
    fn complain(&self) {
        self.problems.iter().for_each(|problem| output::complain(&problem.message));
        self.plugins.iter().filter_map(|row| row.traceback.as_deref()).for_each(show_traceback);
        self.replies.iter().filter_map(|reply| reply.traceback.as_deref()).for_each(show_traceback);
    }

    fn write_json(&self, out: &mut impl Write) -> Result<(), Failure> {
        writeln!(out, "{}", serde_json::to_string(self).map_err(Failure::failed)?)?;
        Ok(out.flush()?)
    }

    fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let name = self.plugins.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        for row in &self.plugins {
            let style = if row.state == State::Loaded { GREEN } else { RED };
            let state = row.state.to_string();
            write!(out, "{:name$}  {style}{state:8}{style:#}  generation {}", row.name, row.generation)?;
            write!(out, "  {DIM}{:9.3} ms{DIM:#}", row.ms)?;
            match &row.error {
                Some(error) => writeln!(out, "  {}", indented(error))?,
                None => writeln!(out)?,
            }
        }
        self.write_replies(out)
    }

    fn write_replies(&self, out: &mut impl Write) -> io::Result<()> {
        for Reply { plugin, reply, error, .. } in &self.replies {
            match error {
                None => writeln!(out, "{plugin}: {CYAN}{reply}{CYAN:#}")?,
                Some(error) => writeln!(out, "{plugin}: {RED}failed{RED:#}: {}", indented(error))?,
            }
        }
        out.flush()
    }
}

/// A message whose further lines stand below the first one.
fn indented(message: &str) -> String {
    message.trim_end().replace('\n', "\n    ")
}

impl Row {
    fn of(status: Status, plugins: &Plugins) -> Self {
        let Status { name, module, origin, version, state, generation, took, error, .. } = status;
        let failure = plugins.failures(Some(&name)).pop().filter(|failure| Some(&failure.error) == error.as_ref());
        // Thousandths are as much as the clock is good for.
        let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        let traceback = failure.and_then(|failure| failure.traceback);
        Self { name, module, origin, version, state, generation, ms, error, traceback }
    }
}

impl Reply {
    fn of(reply: exocet::plugins::Reply<Object>) -> Self {
        let (plugin, generation) = (reply.plugin.to_string(), reply.generation);
        let none = Self { plugin, generation, reply: Value::Null, error: None, traceback: None };
        match reply.result {
            // Of what has no form in JSON the class is shown.
            Ok(object) => Self { reply: object.to().unwrap_or_else(|_| Value::String(object.to_string())), ..none },
            Err(error) => Self {
                error: Some(error.to_string()),
                traceback: error.exception().map(|exception| exception.traceback().to_owned()),
                ..none
            },
        }
    }
}
