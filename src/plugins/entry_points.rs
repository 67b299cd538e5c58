//! The entry points of a group.

use super::{
    distributions::{Distribution, Installed, installed},
    found::{Found, How, Problem, Winner},
};
use crate::{modules::search_path::SearchPath, source::contract::join};
use std::collections::HashMap;

const FILE: &str = "entry_points.txt";

/// The entry points of `group` on a search path, in its order.
pub(super) fn entry_points(group: &str, path: &SearchPath, problems: &mut Vec<Problem>) -> Vec<Found> {
    let all = installed(path, problems);
    let mut found = Vec::new();
    let mut first: HashMap<String, Winner> = HashMap::new();
    for (one, winner) in &all {
        let Some(lines) = lines_of(one, group, problems) else { continue };
        let distribution = one.described(problems);
        let rival = winner.map(|winner| Winner::Distribution { distribution: all[winner].0.described(problems) });
        for Line { number, text } in lines {
            let mut entry = entry(group, number, &text, &distribution, one, path);
            entry.loses = rival.clone().or_else(|| first.get(&entry.name).cloned());
            if entry.loses.is_none() {
                let winner = Winner::EntryPoint { distribution: distribution.clone(), line: number };
                first.insert(entry.name.clone(), winner);
            }
            found.push(entry);
        }
    }
    found
}

/// A line that is neither empty nor a comment.
struct Line {
    number: usize,
    text: String,
}

/// The lines of the group, if there are any.
fn lines_of(one: &Installed, group: &str, problems: &mut Vec<Problem>) -> Option<Vec<Line>> {
    let place = || join(&one.folder(), FILE);
    let bytes = match one.read(FILE) {
        Ok(bytes) => bytes?,
        Err(cause) => {
            problems.push(Problem::new(format!("can't read the entry points in `{}`: {cause}", place())));
            return None;
        }
    };
    let Ok(text) = str::from_utf8(&bytes) else {
        problems.push(Problem::new(format!("can't read the entry points in `{}`: it is not UTF-8", place())));
        return None;
    };
    let mut lines = Vec::new();
    let mut is_in = false;
    for (at, line) in text.lines().map(str::trim).enumerate() {
        match line {
            "" => {}
            line if line.starts_with('#') => {}
            line if line.starts_with('[') && line.ends_with(']') => is_in = line.trim_matches(['[', ']']) == group,
            line if is_in => lines.push(Line { number: at + 1, text: line.to_owned() }),
            _ => {}
        }
    }
    Some(lines).filter(|lines| !lines.is_empty())
}

/// The entry point that a line describes.
fn entry(
    group: &str,
    line: usize,
    text: &str,
    distribution: &Distribution,
    one: &Installed,
    path: &SearchPath,
) -> Found {
    let file = join(&one.folder(), FILE);
    let how = How::EntryPoint { group: group.to_owned(), file: file.clone(), line };
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let (name, value) = (name.trim(), value.trim());
    let Some((module, attribute)) = reference(value).filter(|_| !name.is_empty()) else {
        let message = format!(
            "`{text}` is not an entry point, which is `name = module:object`: line {line} of `{file}`, distribution \
             `{distribution}`"
        );
        let found = Found::broken(name, "", how, Problem::new(message).at_line(line));
        return Found { distribution: Some(distribution.clone()), ..found };
    };
    let found = match path.get(module) {
        Ok(handle) => Found::module(name.to_owned(), handle, how),
        Err(error) => {
            let message = format!(
                "the entry point `{name}` of the distribution `{distribution}` needs the module `{module}` (`{file}`, \
                 line {line}): {error}"
            );
            Found::broken(name, module, how, Problem::new(message).in_module(module).at_line(line))
        }
    };
    Found { attribute, distribution: Some(distribution.clone()), ..found }
}

/// `module:attr.attr [extras]`, as `importlib.metadata` takes it apart.
fn reference(value: &str) -> Option<(&str, Option<String>)> {
    let (module, rest) = word(value);
    let rest = rest.trim_start();
    let (attribute, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (attribute, rest) = word(rest.trim_start());
            let parts: Vec<_> = attribute.split('.').filter(|part| !part.is_empty()).collect();
            (Some(parts.join(".")).filter(|attribute| !attribute.is_empty()), rest.trim_start())
        }
        None => (None, rest),
    };
    let is_whole = rest.is_empty() || rest.starts_with('[') && rest.ends_with(']');
    let is_missing = value[module.len()..].trim_start().starts_with(':') && attribute.is_none();
    (is_whole && !module.is_empty() && !is_missing).then_some((module, attribute))
}

/// The letters, digits, underscores and dots that a text begins with, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|char: char| !char.is_alphanumeric() && !"_.".contains(char)).unwrap_or(text.len());
    text.split_at(end)
}
