//! A command line as `python` reads it. `sys.executable` is the command line of Exocet, so that programs which start Python start
//! this one: `-c`, `-m` and their like, with the flags of CPython.

use crate::failure::Failure;
use std::{ffi::OsString, path::Path};

/// What is to be run: the first of what no flag takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// A file, or a folder or an archive.
    File(OsString),
    Module(String),
    /// The text itself.
    Code(String),
    /// What comes through stdin.
    Stdin,
}

/// What a command line of `python` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PythonLine {
    /// Run a program. The arguments are what `sys.argv` holds.
    Run {
        flags: Flags,
        given: Given,
        arguments: Vec<OsString>,
    },
    /// Show the version, with that of what runs Python if `long`.
    Version {
        long: bool,
    },
    Help,
}

/// The flags that came before the program. `-B` and `-R` are always on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) bytes_warning: u8,
    pub(crate) debug: u8,
    pub(crate) ignore_environment: bool,
    pub(crate) isolated: bool,
    pub(crate) no_site: bool,
    pub(crate) no_user_site: bool,
    pub(crate) optimize: u8,
    pub(crate) quiet: bool,
    pub(crate) safe_path: bool,
    pub(crate) unbuffered: bool,
    pub(crate) verbose: u8,
    pub(crate) warnings: Vec<String>,
    pub(crate) extra: Vec<(String, Option<String>)>,
}

/// Whether these arguments are for Python, and no command of Exocet's: they begin with a flag, or with a program. What could be
/// either is a command.
pub(crate) fn is_python(arguments: &[OsString], is_command: impl Fn(&str) -> bool) -> bool {
    let Some(first) = arguments.first() else { return false };
    match first.to_str() {
        Some("-h" | "--help") => false,
        Some("--" | "--version" | "--check-hash-based-pycs") => true,
        Some(flag) if flag.starts_with("--") => false,
        Some(flag) if flag.starts_with('-') => true,
        Some(name) if is_command(name) => false,
        _ => {
            let path = Path::new(first);
            path.exists() || path.components().count() > 1 || path.extension().is_some()
        }
    }
}

/// Reads a command line of `python`, without the name of the command itself.
///
/// # Errors
/// An unknown flag, a flag without its value, text that is not UTF-8 where a program's text or name is due.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<PythonLine, Failure> {
    let mut flags = Flags::default();
    let mut versions = 0;
    let mut rest = arguments.into_iter();
    let given = loop {
        let Some(word) = rest.next() else { break None };
        let text = word.to_str().unwrap_or_default();
        match text {
            "--" => break rest.next(),
            "--version" => versions += 2,
            "--help" => return Ok(PythonLine::Help),
            "--check-hash-based-pycs" => drop(value_of("--check-hash-based-pycs", "", &mut rest)?),
            _ if text.starts_with("--") => return Err(unknown(text)),
            _ if text.starts_with('-') && text != "-" => {
                for (at, letter) in text.char_indices().skip(1) {
                    let behind = &text[at + letter.len_utf8()..];
                    match letter {
                        'h' | '?' => return Ok(PythonLine::Help),
                        'V' => versions += 1,
                        'c' | 'm' => {
                            let value = value_of(&format!("-{letter}"), behind, &mut rest)?;
                            let given = if letter == 'c' { Given::Code(value) } else { Given::Module(value) };
                            let arguments = std::iter::once(format!("-{letter}").into()).chain(rest).collect();
                            return Ok(ended(versions, PythonLine::Run { flags, given, arguments }));
                        }
                        'W' | 'X' => {
                            flags.set_value(letter, value_of(&format!("-{letter}"), behind, &mut rest)?);
                            break;
                        }
                        _ => flags.set(letter)?,
                    }
                }
            }
            _ => break Some(word),
        }
    };
    let (given, first) = match given {
        Some(file) if file != "-" => (Given::File(file.clone()), file),
        other => (Given::Stdin, other.unwrap_or_default()),
    };
    let arguments = std::iter::once(first).chain(rest).collect();
    Ok(ended(versions, PythonLine::Run { flags, given, arguments }))
}

/// What was asked for, unless the version was.
fn ended(versions: usize, line: PythonLine) -> PythonLine {
    if versions == 0 { line } else { PythonLine::Version { long: versions > 1 } }
}

/// The value of a flag: what stands behind it, or else the next argument.
fn value_of(flag: &str, behind: &str, rest: &mut impl Iterator<Item = OsString>) -> Result<String, Failure> {
    if !behind.is_empty() {
        return Ok(behind.to_owned());
    }
    let value = rest.next().ok_or_else(|| Failure::Usage(format!("`{flag}` expects an argument")))?;
    value
        .into_string()
        .map_err(|value| Failure::Usage(format!("the argument `{}` of `{flag}` is not UTF-8", value.display())))
}

fn unknown(flag: &str) -> Failure {
    Failure::Usage(format!("unknown option `{flag}`; see `exocet --help`"))
}

impl Flags {
    fn set(&mut self, letter: char) -> Result<(), Failure> {
        match letter {
            'b' => self.bytes_warning = self.bytes_warning.saturating_add(1),
            'd' => self.debug = self.debug.saturating_add(1),
            'E' => self.ignore_environment = true,
            'I' => self.isolated = true,
            'O' => self.optimize = self.optimize.saturating_add(1),
            'P' => self.safe_path = true,
            'q' => self.quiet = true,
            'S' => self.no_site = true,
            's' => self.no_user_site = true,
            'u' => self.unbuffered = true,
            'v' => self.verbose = self.verbose.saturating_add(1),
            'B' | 'R' => {}
            'i' => return Err(Failure::Usage("`-i` is not supported: there is no interactive mode".to_owned())),
            _ => return Err(unknown(&format!("-{letter}"))),
        }
        Ok(())
    }

    fn set_value(&mut self, letter: char, value: String) {
        if letter == 'W' {
            self.warnings.push(value);
        } else {
            let (name, value) = match value.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (value, None),
            };
            self.extra.push((name, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[&str]) -> PythonLine {
        parse(line.iter().map(OsString::from).collect()).unwrap_or_else(|failure| panic!("{line:?}: {failure:?}"))
    }

    #[track_caller]
    fn runs(line: &[&str], expected: Given, argv: &[&str]) -> Flags {
        let PythonLine::Run { flags, given, arguments } = read(line) else { panic!("{line:?} runs nothing") };
        assert_eq!((given, arguments), (expected, argv.iter().map(OsString::from).collect()), "{line:?}");
        flags
    }

    #[test]
    fn program_ends_the_flags() {
        runs(&["a.py", "-c", "-m"], Given::File("a.py".into()), &["a.py", "-c", "-m"]);
        runs(&["-c", "x", "-m", "--", "-"], Given::Code("x".into()), &["-c", "-m", "--", "-"]);
        runs(&["-m", "x", "-c"], Given::Module("x".into()), &["-m", "-c"]);
        runs(&["-", "-c"], Given::Stdin, &["-", "-c"]);
        runs(&["-I"], Given::Stdin, &[""]);
        runs(&["--", "-c", "x"], Given::File("-c".into()), &["-c", "x"]);
    }

    #[test]
    fn letters_stand_together_and_a_value_ends_them() {
        let flags = runs(&["-BIOOuc", "x"], Given::Code("x".into()), &["-c"]);
        assert_eq!(flags, Flags { isolated: true, optimize: 2, unbuffered: true, ..Flags::default() });
        runs(&["-cprint(1)", "a"], Given::Code("print(1)".into()), &["-c", "a"]);
        let flags =
            runs(&["-sW", "error", "-Wignore::X", "-Xdev", "-X", "a=b=c", "-mx"], Given::Module("x".into()), &["-m"]);
        assert_eq!(flags.warnings, ["error", "ignore::X"]);
        assert_eq!(flags.extra, [("dev".into(), None), ("a".into(), Some("b=c".into()))]);
    }

    #[test]
    fn version_and_help_come_before_any_program() {
        assert_eq!(read(&["-V"]), PythonLine::Version { long: false });
        assert_eq!(read(&["--version", "-c", "x"]), PythonLine::Version { long: true });
        assert_eq!(read(&["-VV"]), PythonLine::Version { long: true });
        assert_eq!(read(&["-Ih"]), PythonLine::Help);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in
            [(["-Z"], "`-Z`"), (["-Bc"], "`-c`"), (["-X"], "`-X`"), (["--nosuch"], "`--nosuch`"), (["-i"], "`-i`")]
        {
            let failure = parse(line.iter().map(OsString::from).collect()).unwrap_err();
            assert!(matches!(&failure, Failure::Usage(message) if message.contains(named)), "{line:?}: {failure:?}");
        }
    }

    #[test]
    fn commands_come_first_and_misspelt_ones_are_no_programs() {
        let is = |line: &[&str]| is_python(&line.iter().map(OsString::from).collect::<Vec<_>>(), |name| name == "run");
        for line in [&["-c"][..], &["-m", "x"], &["-"], &["nosuch.py"], &["a/b"], &["-V"], &["Cargo.toml"], &["src"]] {
            assert!(is(line), "{line:?}");
        }
        for line in [&[][..], &["run", "x.py"], &["rnu"], &["-h"], &["--help"], &["--nosuch"]] {
            assert!(!is(line), "{line:?}");
        }
    }
}
