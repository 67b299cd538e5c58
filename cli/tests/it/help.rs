//! `exocet demo`, completions and the help texts.

use crate::support::run;

#[cfg(feature = "stdlib")]
#[test]
fn demo_shows_code_and_what_it_prints() {
    let ran = run(&[], "demo");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\x1b'), "{}", ran.stdout);
    let mut rest = ran.stdout.as_str();
    for line in [
        "1. One dependency replaced\n",
        "  │ import exocet, http.client\n",
        "  │         print(\"making HTTP connection to\", host)\n",
        "\nurllib: b'a page from loopback'\nmaking HTTP connection to 127.0.0.1",
        "\nurllib_plus: b'a page from loopback'\n",
        "2. Plugins under three mappers\n",
        "  │     \"as they are\": normal,\n",
        "\nas they are\n    plugins.hello    hello, Ada\n    plugins.system   running on ",
        "\nanother config\n    plugins.hello    hello, Grace\n    plugins.system   running on ",
        "\nwithout sys\n    plugins.hello    hello, Ada\n    plugins.system   running somewhere\n",
        "3. A test with a stub\n",
        "  │     stub = SimpleNamespace(",
        "\nat 9:00 it says 'good morning'\nat 21:00 it says 'good evening'\nthe real greeter has the real time: True\n",
    ] {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line:?} is not in what is left:\n{rest}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&[], &format!("completions {shell}"));
        assert_eq!(ran.code, Some(0), "{shell}");
        for command in ["run", "list", "load", "imports", "completions", "warn-unused"] {
            assert!(ran.stdout.contains(command), "{command} for {shell}");
        }
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = crate::support::directory(&[]);
    let ran = crate::support::run_in(folder.path(), &["man", "pages/man1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("pages/man1").join(name)).expect("it is there");
    assert!(read("exocet.1").contains("exocet\\-bundle(1)"), "{}", read("exocet.1"));
    assert!(read("exocet-run.1").contains("\\-\\-override"), "{}", read("exocet-run.1"));
    let ran = crate::support::run(&[("file", "")], "man file/man1");
    assert!(ran.code == Some(1) && ran.stderr.contains("can't write to `file/man1`"), "{ran:?}");
}

#[test]
fn help_is_complete_and_fits_the_screen() {
    for command in ["run", "list", "load", "imports", "graph", "check", "plugins", "bundle", "trace", "completions"] {
        let help = run(&[], &format!("{command} --help")).stdout;
        assert!(help.contains("Usage: exocet"), "{help}");
        assert_eq!(
            help.contains("\nExamples:\n"),
            ["run", "load", "graph", "check", "plugins", "bundle", "trace"].contains(&command),
            "{help}"
        );
        let too_wide: Vec<_> = help.lines().filter(|line| line.chars().count() > 120).collect();
        assert!(too_wide.is_empty(), "{too_wide:#?}");
        let brief = run(&[], &format!("{command} -h")).stdout;
        let undocumented: Vec<_> = brief
            .lines()
            .filter(|line| line.starts_with("  ") && !line.trim_start().contains("  ") && !line.contains("exocet "))
            .collect();
        assert!(undocumented.is_empty(), "{undocumented:#?}");
    }
}
