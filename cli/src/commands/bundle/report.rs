//! What is said of a bundle that was made, and of one that was checked.

use super::{Made, contents::Asked};
use crate::{failure::Failure, output};
use exocet::Bundle;
use serde::Serialize;
use std::{io::Write, path::Path, process::ExitCode};

/// What is in a bundle and what is not, as JSON.
#[derive(Serialize)]
struct Report<'a> {
    file: String,
    bytes: usize,
    entry: Option<&'a str>,
    modules: Vec<&'a str>,
    resources: Vec<&'a str>,
    distributions: Vec<String>,
    library: Vec<&'a str>,
    native: &'a [String],
    missing: &'a [Asked],
    denied: &'a [Asked],
    unreadable: &'a [Asked],
    unknown: &'a [Asked],
}

/// Says what was left out of a bundle, and what can't be known. The file has so many bytes.
pub(super) fn made(made: &Made, file: &Path, bytes: usize, json: bool) -> Result<ExitCode, Failure> {
    let contents = &made.contents;
    let unknown: &[Asked] = if made.is_recorded { &[] } else { &contents.computed };
    let distributions: Vec<String> =
        contents.distributions.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    let library = contents.left_to_library();
    let resources: Vec<&str> = contents.resources.files.keys().map(String::as_str).collect();
    let modules: Vec<&str> = contents
        .modules
        .iter()
        .filter(|(_, module)| module.source_and_path().is_some())
        .map(|(name, _)| name.as_str())
        .collect();
    if json {
        let report = Report {
            file: file.display().to_string(),
            bytes,
            entry: made.bundle.entry(),
            modules,
            resources,
            distributions,
            library,
            native: &contents.resources.native,
            missing: &contents.missing,
            denied: &contents.denied,
            unreadable: &contents.unreadable,
            unknown,
        };
        let mut out = output::stdout();
        writeln!(out, "{}", serde_json::to_string(&report).map_err(Failure::failed)?)?;
        out.flush()?;
    } else {
        let (modules, resources) =
            (output::counted(modules.len(), "module"), output::counted(resources.len(), "resource"));
        output::note(&format!("{}: {modules}, {resources}, {}", file.display(), output::counted(bytes, "byte")));
        if !distributions.is_empty() {
            output::note(&format!("of {}", distributions.join(", ")));
        }
        if !library.is_empty() {
            output::note(&format!("left to the library: {}", library.join(", ")));
        }
        for path in &contents.resources.native {
            output::note(&format!("left out: {path}: native code"));
        }
        for asked in contents.denied.iter().chain(&contents.missing) {
            output::note(&format!("left out: {}: {} ({})", asked.name, asked.why, place(asked)));
        }
        for asked in unknown {
            output::note(&format!("not known: what `{}` imports: {} ({})", asked.name, asked.why, place(asked)));
        }
    }
    for asked in &contents.unreadable {
        output::complain(&format!("not known: what `{}` imports: {} ({})", asked.name, asked.why, place(asked)));
    }
    Ok(ExitCode::from(u8::from(!contents.unreadable.is_empty())))
}

/// Says what became of a bundle that was given, which isn't looked into.
#[cfg(feature = "isolates")]
pub(super) fn standalone(file: &Path, bytes: usize, json: bool) -> Result<ExitCode, Failure> {
    let file = file.display();
    if json {
        let mut out = output::stdout();
        writeln!(out, "{}", serde_json::json!({ "file": file.to_string(), "bytes": bytes }))?;
        out.flush()?;
    } else {
        output::note(&format!("{file}: {}", output::counted(bytes, "byte")));
    }
    Ok(ExitCode::SUCCESS)
}

fn place(asked: &Asked) -> String {
    if asked.line == 0 { asked.file.clone() } else { format!("{}:{}", asked.file, asked.line) }
}

/// What a bundle says of itself, as JSON.
#[derive(Serialize)]
struct About<'a> {
    made_by: &'a str,
    python: &'a str,
    entry: Option<&'a str>,
    files: Vec<&'a str>,
    distributions: Vec<String>,
    policy: bool,
    lock: bool,
    compiled: bool,
}

/// Says what is in a bundle that is as it was made.
pub(super) fn about(bundle: &Bundle, json: bool) -> Result<ExitCode, Failure> {
    let manifest = bundle.manifest();
    let about = About {
        made_by: &manifest.made_by,
        python: &manifest.python,
        entry: bundle.entry(),
        files: bundle.files().collect(),
        distributions: manifest.distributions.iter().map(|one| format!("{} {}", one.name, one.version)).collect(),
        policy: bundle.policy().map_err(Failure::failed)?.is_some(),
        lock: bundle.lock().map_err(Failure::failed)?.is_some(),
        compiled: manifest.compiler.is_some(),
    };
    let mut out = output::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string(&about).map_err(Failure::failed)?)?;
    } else {
        writeln!(out, "made by       {}, for Python {}", about.made_by, about.python)?;
        writeln!(out, "runs          {}", about.entry.unwrap_or("nothing by itself"))?;
        writeln!(out, "files         {}", about.files.len())?;
        let brings = [(about.policy, "a policy"), (about.lock, "a lock"), (about.compiled, "compiled code")];
        let brings: Vec<&str> = brings.into_iter().filter(|(has, _)| *has).map(|(_, what)| what).collect();
        writeln!(
            out,
            "brings        {}",
            if brings.is_empty() { "nothing else".to_owned() } else { brings.join(", ") }
        )?;
        if !about.distributions.is_empty() {
            writeln!(out, "distributions {}", about.distributions.join(", "))?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
