use exocet::syntax::nesting::check;
use proptest::prelude::*;

/// `text` is refused on `line` with a message that contains `message`.
#[track_caller]
fn refuses(text: &str, line: usize, message: &str) {
    let error = check(text).unwrap_err();
    assert_eq!(error.line(), line);
    assert!(error.message().contains(message), "{error}");
    // The scanner asks the same question first.
    assert!(exocet::syntax::imports(text, "m", false).is_err());
}

#[track_caller]
fn accepts(text: &str) {
    check(text).unwrap();
    exocet::syntax::attributes(text).unwrap();
}

fn nested(levels: usize, step: &str) -> String {
    (0..levels).map(|level| format!("{}if 1:\n", step.repeat(level))).collect::<String>()
        + &step.repeat(levels)
        + "pass\n"
}

#[test]
fn brackets_have_cpythons_limit() {
    accepts(&("(".repeat(200) + &")".repeat(200)));
    refuses(&("\n\n".to_owned() + &"[".repeat(201) + &"]".repeat(201)), 3, "too many nested parentheses");
    refuses(&"{(".repeat(100_000), 1, "too many nested parentheses");
    refuses(&"(\n".repeat(100_000), 201, "too many nested parentheses");
}

#[test]
fn indentation_has_cpythons_limit() {
    accepts(&nested(99, " "));
    refuses(&nested(100, " "), 101, "too many levels of indentation");
    refuses(&nested(2_000, "\t"), 101, "too many levels of indentation");
    // The parser goes on behind the bracket that is never closed, the lexer does not.
    let unclosed = |levels: usize, between: &str| {
        "(\n".to_owned() + &nested(levels, " ").replace(":\n", &format!(":\na,\n{between}"))
    };
    refuses(&format!("(\n{}x\n", " ".repeat(3_001)), 2, "too many levels of indentation");
    for between in ["", "# comment\n", "\\\n", "'''\n'''\n", "\x0c\n", "a = [\n]\n"] {
        let text = unclosed(700, between);
        assert!(check(&text).unwrap() >= 700);
        exocet::syntax::imports(&text, "m", false).unwrap_err();
    }
}

#[test]
fn chains_have_a_limit_of_their_own() {
    for (link, end) in [
        ("1+", "1"),
        ("-", "1"),
        ("not ", "1"),
        ("a.", "b"),
        ("lambda: ", "1"),
        ("lambda a, b=1: ", "1"),
        ("1 if 1 else ", "1"),
        ("1 < ", "1"),
        ("1 or ", "1"),
        ("1 in ", "1"),
        ("await ", "1"),
        ("yield ", "1"),
        ("a := ", "1"),
        ("*", "a"),
        ("async ", "pass"),
        ("1 for a in ", "b"),
    ] {
        refuses(&format!("\nx\n{}{end}\n", link.repeat(200_000)), 3, "too deeply");
    }
    for link in ["()", "[0]", ".a", "(1, 2)[3].b"] {
        refuses(&format!("a{}\n", link.repeat(200_000)), 1, "too deeply");
        accepts(&format!("a{}\n", link.repeat(700)));
    }
    accepts(&format!("x = {}1\n", "1 + ".repeat(2_900)));
    refuses(&format!("with {}a: pass", "a, ".repeat(200_000)), 1, "too deeply");
    refuses(&format!("with (\n{}a): pass", "a as b,\n".repeat(200_000)), 3_001, "too deeply");
}

/// A long sum of products is as deep as the sum is long, not as it has operators.
#[test]
fn operators_add_up_by_how_they_bind() {
    let text = "a.b*-c**2*(d + 1) + ".repeat(2_000) + "1";
    assert!((2_000..2_020).contains(&check(&text).unwrap()));
    accepts(&text);
    // A loose operator where only a tight one may stand holds everything that follows.
    refuses(&"1 + not ".repeat(200_000), 1, "too deeply");
    refuses(&"2 ** -".repeat(200_000), 1, "too deeply");
}

/// Each bracket level within its limit is not enough: the levels add up.
#[test]
fn chains_in_brackets_add_up() {
    let text = |links: usize| format!("{}1{}", ("1+".repeat(links) + "(").repeat(150), ")".repeat(150));
    accepts(&text(10));
    refuses(&text(2_000), 1, "too deeply");
    let after = |links: usize| format!("{}1{}", "(".repeat(150), (")".to_owned() + &"+1".repeat(links)).repeat(150));
    accepts(&after(10));
    refuses(&after(2_000), 1, "too deeply");
}

#[test]
fn elifs_have_a_limit_across_blocks() {
    let chain = |indent: &str, length: usize| {
        format!("{indent}if 1: pass\n") + &format!("{indent}elif 1: pass\n").repeat(length)
    };
    accepts(&chain("", 3_000).repeat(3));
    refuses(&chain("", 100_000), 3_002, "elif");
    // The second chain stands in the last branch of the first.
    refuses(&(chain("", 2_000) + "else:\n" + &chain(" ", 2_000)), 3_004, "elif");
}

#[test]
fn strings_and_comments_do_not_count() {
    accepts(&format!("'{0}' '''{0}\n{0}''' # {0}\n", "(".repeat(1_000)));
    let open = "(".repeat(1_000);
    accepts(&format!("rb'{open}'\nf'{{{{{open}{{1:>{{2}}}}' rf'\\{open}'\n"));
    accepts(&"f'{a!r:{w}.{p}}' ".repeat(5_000));
    refuses(&("f'{".to_owned() + &"(".repeat(1_000)), 1, "too many nested parentheses");
    refuses(&("f'{".to_owned() + &"1+".repeat(10_000) + "1}'"), 1, "too deeply");
}

#[test]
fn wide_is_not_deep() {
    for text in [
        format!("x = [{}]\n", "1 + 2, ".repeat(100_000)),
        format!("x = {{{}}}\n", "'a': (1, -2),\n ".repeat(100_000)),
        format!("{}\n", "x = 1; ".repeat(100_000)),
        "x = a.b(c)[0] + 1\n".repeat(100_000),
        format!("x = ({})\n", "'a'\n".repeat(100_000)),
        format!("f({})\n", "lambda a, b: 1, ".repeat(50_000)),
        format!("{}1\n", "a = ".repeat(50_000)),
    ] {
        assert!(check(&text).unwrap() < 20, "{}", &text[..50]);
    }
}

proptest! {
    /// Whatever passes must be parsed, walked and dropped without harm, on the small stack of a test's thread.
    #[test]
    fn token_soup_is_harmless(
        piece in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..5),
        times in 1usize..3_000,
        other in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..20),
    ) {
        let text = piece.concat().repeat(times) + &other.concat();
        let _ = exocet::syntax::imports(&text, "m", false);
        let _ = exocet::syntax::exports(&text);
    }
}

const PIECES: [&str; 53] = [
    "?", "$", "!", "(", ")", "[", "]", "{", "}", "f'", "f'{", "'", "\"\"\"", "}", "{{", ":", ",", ";", "\n", "\n ",
    "\n  ", " if ", " else ", " elif ", " for ", " in ", " lambda ", " not ", " and ", " async ", " await ", " with ",
    " as ", " match ", " case ", " def f", " class C", " try:", " except ", " x ", "1", ".", "...", "=", ":=", "+",
    "-", "*", "**", "@", "\\", " yield ", "import ",
];
