use std::borrow::Cow;

use exocet::syntax::decode;
use proptest::prelude::*;

#[track_caller]
fn check(bytes: &[u8], expected: Result<&str, &str>) {
    let decoded = decode(bytes).map(Cow::into_owned).map_err(|error| error.to_string());
    assert_eq!(decoded.as_deref().map_err(String::as_str), expected);
}

#[test]
fn text_is_utf8_unless_it_says_otherwise() {
    check("x = 'é'".as_bytes(), Ok("x = 'é'"));
    check(b"\xef\xbb\xbfx = 1", Ok("x = 1"));
    check(b"x = 1\ny = '\xff'", Err("non-UTF-8 code starting with byte 0xff on line 2, but no encoding declared"));
    assert!(matches!(decode(b"x = 1\n"), Ok(Cow::Borrowed(_))));
}

#[test]
fn a_cookie_counts_on_the_first_two_lines() {
    check(b"# coding: latin-1\n'\xff'", Ok("# coding: latin-1\n'ÿ'"));
    check(b"\n\x0c # vim: set fileencoding=latin-1 :\n'\xff'", Ok("\n\x0c # vim: set fileencoding=latin-1 :\n'ÿ'"));
    check(
        b"#!/usr/bin/python\n# -*- coding: latin_1 -*-\n'\xff'",
        Ok("#!/usr/bin/python\n# -*- coding: latin_1 -*-\n'ÿ'"),
    );
    check(b"\r# coding=latin-1\r'\xff'", Ok("\n# coding=latin-1\n'ÿ'"));
    check(b"# xcodingcoding:\tlatin-1-unix\n'\xff'", Ok("# xcodingcoding:\tlatin-1-unix\n'ÿ'"));
}

#[test]
fn a_cookie_elsewhere_is_none() {
    for text in [
        &b"\n\n# coding: latin-1\n\xff"[..],
        b"x = 1\n# coding: latin-1\n\xff",
        b"x = 1 # coding: latin-1\n\xff",
        b"'''\n# coding: latin-1'''\n\xff",
        b"\\\n# coding: latin-1\n\xff",
        b"# coding : latin-1\n\xff",
        b"# coding:\n\xff",
        b"# CODING: latin-1\n\xff",
    ] {
        assert!(decode(text).is_err(), "{}", text.escape_ascii());
    }
}

#[test]
fn a_mark_and_a_cookie_must_agree() {
    check(b"\xef\xbb\xbf# coding: UTF_8_sig\nx", Ok("# coding: UTF_8_sig\nx"));
    check(b"\xef\xbb\xbf\n# coding: latin-1\nx", Err("encoding problem: `latin-1` with a byte order mark (line 2)"));
}

#[test]
fn encodings_go_by_pythons_names() {
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let text = [format!("# coding: {name}\n").as_bytes(), bytes].concat();
        assert_eq!(decode(&text).unwrap().split_once('\n').unwrap().1, expected, "{name}");
    };
    check("cp1251", b"\xff", "я");
    check("windows-1251", b"\xff", "я");
    check("1252", b"\x80", "€");
    check("cp1252", b"\x80", "€");
    check("koi8_r", b"\xd1", "я");
    check("iso8859_16", b"\xa4", "€");
    check("latin9", b"\xa4", "€");
    check("iso8859_9", b"\x85\xf0", "\u{85}ğ");
    check("mac_roman", b"\x8e", "é");
    // What no table here has, and names that only the web's standard lists.
    if cfg!(feature = "encodings") {
        check("euc_jp", b"\xc6\xfc", "日");
        check("shift_jis", b"\x93\xfa", "日");
        check("gbk", b"\xc8\xd5", "日");
        check("gb18030", b"\xc8\xd5", "日");
        check("big5", b"\xa4\xe9", "日");
        check("euc_kr", b"\xec\xed", "日");
        check("iso8859_15", b"\xa4", "€");
        check("latin2", b"\xb1", "ą");
    }
    check("cp866", b"\xe0", "р");
    check("utf_8_sig", "é".as_bytes(), "é");
    check("u8", "é".as_bytes(), "é");
    check("us-ascii", b"x", "x");
    check("l1", b"\x80\xff", "\u{80}ÿ");
}

#[test]
fn what_an_encoding_does_not_have_is_an_error_with_its_line() {
    check(b"# coding: ascii\n\n'\xe9'", Err("`ascii` can't decode byte 0xe9 on line 3"));
    check(b"# coding: utf8\n\n'\xe9'", Err("`utf8` can't decode byte 0xe9 on line 3"));
    check(b"# coding: cp1252\n\n'\x81'", Err("`cp1252` can't decode byte 0x81 on line 3"));
    if cfg!(feature = "encodings") {
        check(b"# coding: shift_jis\n'\x80'", Err("`shift_jis` can't decode byte 0x80 on line 2"));
        check(b"# coding: euc_jp\r\n\r\n'\xff'", Err("`euc_jp` can't decode byte 0xff on line 3"));
        check(b"# coding: gbk\n\n'\xc8\xd5\x81\xff'", Err("`gbk` can't decode byte 0x81 on line 3"));
    } else {
        check(b"# coding: shift_jis\n", Err("unknown encoding: `shift_jis` (line 1)"));
    }
    check(b"\n# coding: klingon", Err("unknown encoding: `klingon` (line 2)"));
    check(b"# coding: utf-16\nx", Err("unknown encoding: `utf-16` (line 1)"));
    check(b"x\r\ny\rz\0", Err("source code string cannot contain null bytes (line 3)"));
}

#[test]
fn every_line_end_becomes_a_newline() {
    check(b"a\r\nb\rc\n\rd\r\r\n", Ok("a\nb\nc\n\nd\n\n"));
}

proptest! {
    #[test]
    fn utf8_without_carriage_returns_is_kept(text in "[^\r\0]*") {
        prop_assume!(!text.contains("coding") && !text.starts_with('\u{feff}'));
        prop_assert_eq!(&*decode(text.as_bytes()).unwrap(), &*text);
    }

    #[test]
    fn no_bytes_panic(cookie in "(# coding: (latin-1|cp1252|shift_jis|euc_jp|gbk|big5|iso8859_9|tis_620|utf8)\n)?", bytes: Vec<u8>) {
        if let Ok(text) = decode(&[cookie.as_bytes(), &bytes].concat()) {
            prop_assert!(!text.contains(['\r', '\0']));
        }
    }
}

/// Where whoever runs the program decodes what the build has no tables of. The first decoder stays, so this has a process of its own.
#[cfg(not(feature = "encodings"))]
#[test]
fn others_may_decode() {
    use exocet::syntax::encodings::{Decoded, set_decoder};

    fn decoder(label: &str, bytes: &[u8]) -> Option<Decoded> {
        let text = match bytes.iter().position(|byte| *byte == 0xff) {
            Some(place) => Err(place),
            None => Ok(String::from_utf8_lossy(bytes).to_uppercase()),
        };
        match label {
            "loud" => Some(Decoded { encoding: "loud".to_owned(), text }),
            "own-latin" => Some(Decoded { encoding: "iso-8859-2".to_owned(), text }),
            _ => None,
        }
    }
    crate::support::alone("text::others_may_decode", || {
        set_decoder(decoder);
        check(b"#coding:loud\nx", Ok("#CODING:LOUD\nX"));
        check(b"#coding:loud\n\n'\xff'", Err("`loud` can't decode byte 0xff on line 3"));
        check(b"#coding:own-latin\n\xb1", Ok("#coding:own-latin\ną"));
        check(b"#coding:quiet\n", Err("unknown encoding: `quiet` (line 1)"));
    });
}
