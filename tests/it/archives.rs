//! Archives that are broken, odd or hostile: nothing leads out of them, and what is wrong with one member is an error of that one.

use crate::support::archive;
use exocet::{Imports, Runtime, Source, Zip, error::Limit, modules::SearchPath, source::Shape};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A member as its bytes are written, which no archiver would do.
#[derive(Clone)]
struct Member<'a> {
    name: &'a [u8],
    content: &'a [u8],
    flags: u16,
    method: u16,
    mode: u32,
    /// The number of the member whose data this one shares, instead of having its own.
    shares: Option<usize>,
}

fn member<'a>(name: &'a [u8], content: &'a [u8]) -> Member<'a> {
    Member { name, content, flags: 0, method: 0, mode: 0o100_644, shares: None }
}

/// The bytes of an archive of these members.
fn raw(members: &[Member<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut places = Vec::new();
    let mut directory = Vec::new();
    for member in members {
        let size = (member.content.len() as u32).to_le_bytes();
        let name_size = (member.name.len() as u16).to_le_bytes();
        let mut header = [20, 0].to_vec();
        header.extend([member.flags.to_le_bytes(), member.method.to_le_bytes(), [0, 0], [0x21, 0]].concat());
        header.extend([checksum(member.content).to_le_bytes(), size, size].concat());
        header.extend([name_size, [0, 0]].concat());
        places.push(match member.shares {
            Some(other) => places[other],
            None => {
                let place = bytes.len() as u32;
                bytes.extend([b"PK\x03\x04".as_slice(), &header, member.name, member.content].concat());
                place
            }
        });
        // Written by Unix, so that the mode counts.
        directory.extend([b"PK\x01\x02\x14\x03".as_slice(), &header, &[0; 6]].concat());
        directory.extend([(member.mode << 16).to_le_bytes(), places[places.len() - 1].to_le_bytes()].concat());
        directory.extend(member.name);
    }
    let count = (members.len() as u16).to_le_bytes();
    let sizes = [(directory.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    let end = [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &sizes, &[0, 0]].concat();
    [bytes, directory, end].concat()
}

/// CRC-32, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// What stands in a folder; `!` and the message for an error.
fn listed(zip: &Zip, folder: &str) -> Vec<String> {
    let children = zip.list(folder).expect("memory can be listed").expect("there is such a folder");
    let mut shown: Vec<_> = children
        .into_iter()
        .map(|child| {
            child.map_or_else(|error| format!("! {error}"), |entry| format!("{} {:?}", entry.name, entry.shape))
        })
        .collect();
    shown.sort();
    shown
}

#[track_caller]
fn opened(bytes: impl Into<Vec<u8>>) -> Zip {
    Zip::from_bytes("<zip>", bytes.into()).expect("it opens")
}

/// The text of a member that can be read.
#[track_caller]
fn text(zip: &Zip, path: &str) -> String {
    let bytes = zip.read(path).expect("it can be read").expect("it is there");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The module of that name can't be loaded, for that reason, and the message says which member it is.
#[track_caller]
fn refused(bytes: Vec<u8>, name: &str, reason: &str) {
    let source = opened(bytes);
    let runtime = Runtime::builder().isolated().source(source).build().expect("it starts");
    let message = runtime.load(name, &Imports::none()).expect_err("it can't be read").to_string();
    let place = format!("`<zip>/{name}.py`");
    assert!(message.contains(&format!("`{name}`")) && message.contains(&place), "{message}");
    assert!(message.contains(reason), "{message}");
}

#[test]
fn an_archive_written_by_hand_is_an_archive() {
    let zip = opened(raw(&[member(b"a.py", b"x = 1"), member(b"pk/b.py", b"y = 2")]));
    assert_eq!(listed(&zip, ""), ["a.py File", "pk Folder"]);
    assert_eq!((text(&zip, "a.py").as_str(), text(&zip, "pk/b.py").as_str()), ("x = 1", "y = 2"));
}

#[test]
fn an_archive_that_is_cut_anywhere_is_refused_or_whole_where_it_is_read() {
    let content = "value = 1\n".repeat(20);
    let tree = [("a.py", content.as_str()), ("pk/__init__.py", ""), ("pk/b.py", "x")];
    let whole = archive(&tree);
    for cut in 0..whole.len() {
        for bytes in [whole[..cut].to_vec(), whole[cut + 1..].to_vec(), [&whole[..cut], &whole[cut + 1..]].concat()] {
            let zip = match Zip::from_bytes("<zip>", bytes) {
                Ok(zip) => zip,
                Err(error) => {
                    assert!(error.to_string().starts_with("can't open `<zip>`: not a zip archive"), "{error}");
                    continue;
                }
            };
            for (path, content) in tree {
                match zip.read(path) {
                    Ok(None) => {}
                    Ok(Some(bytes)) => assert_eq!(&*bytes, content.as_bytes(), "{path}, cut at {cut}"),
                    Err(error) => assert!(error.to_string().contains(&format!("`<zip>/{path}`")), "{error}"),
                }
            }
        }
    }
}

#[test]
fn names_that_lead_elsewhere_are_no_names() {
    let names: [&[u8]; 18] = [
        b"",
        b"/",
        b".",
        b"..",
        b"../up.py",
        b"pk/../../up.py",
        b"pk/../inside.py",
        b"./here.py",
        b"/absolute.py",
        b"//host/share.py",
        b"C:/drive.py",
        b"c:drive.py",
        b"back\\slash.py",
        b"..\\up.py",
        b"null\0.py",
        b"null.py\0",
        b"pk//empty.py",
        b"pk/./here.py",
    ];
    let mut members: Vec<_> = names.iter().map(|name| member(name, b"hostile = True")).collect();
    members.push(member(b"a.py", b"x = 1"));
    let zip = opened(raw(&members));
    assert_eq!(listed(&zip, ""), ["a.py File"]);
    for name in names {
        let name = str::from_utf8(name).expect("text");
        assert!(zip.read(name).expect("it can be asked").is_none(), "{name:?}");
        assert!(name.is_empty() || zip.probe(name).expect("it can be asked").is_none(), "{name:?}");
    }
    for path in ["up.py", "here.py", "inside.py", "absolute.py", "drive.py", "back/slash.py", "null.py", "pk/empty.py"]
    {
        assert!(zip.read(path).expect("it can be asked").is_none(), "{path}");
    }
    let modules: Vec<_> =
        SearchPath::new().with(zip).walk_modules().map(|module| module.expect("no error").to_string()).collect();
    assert_eq!(modules, ["a"]);
}

#[test]
fn of_members_with_one_name_the_last_counts_as_in_python() {
    let members = [member(b"a.py", b"x = 1"), member(b"b.py", b"x = 2"), member(b"a.py", b"x = 30")];
    let zip = opened(raw(&members));
    assert_eq!(listed(&zip, ""), ["a.py File", "b.py File"]);
    assert_eq!((text(&zip, "a.py").as_str(), text(&zip, "b.py").as_str()), ("x = 30", "x = 2"));
}

/// Python would run the text that a link consists of, the name of another file, as if it were a program.
#[test]
fn links_in_archives_are_no_modules() {
    let link = |name, target| Member { mode: 0o120_777, ..member(name, target) };
    let members = [
        member(b"real.py", b"x = 1"),
        link(b"link.py", b"real.py"),
        link(b"out.py", b"/etc/passwd"),
        link(b"pk", b".."),
        member(b"pk/inside.py", b"x = 2"),
    ];
    let zip = opened(raw(&members));
    assert_eq!(listed(&zip, ""), ["pk Folder", "real.py File"]);
    for path in ["link.py", "out.py", "pk", "pk/real.py"] {
        assert!(zip.read(path).expect("it can be asked").is_none(), "{path}");
    }
    assert_eq!(text(&zip, "pk/inside.py"), "x = 2");
}

#[test]
fn a_member_that_is_encrypted_is_one_error() {
    refused(
        raw(&[Member { flags: 1, ..member(b"a", b"") }, Member { flags: 1, ..member(b"m.py", b"x = 1") }]),
        "m",
        "assword",
    );
}

#[test]
fn a_method_that_is_not_known_is_one_error() {
    // Deflate64, bzip2, LZMA, Zstandard, XZ, and one that nobody has.
    for method in [9, 12, 14, 93, 95, 4711] {
        let members = [Member { method, ..member(b"m.py", b"x = 1") }, member(b"fine.py", b"x = 1")];
        let bytes = raw(&members);
        assert_eq!(text(&opened(bytes.clone()), "fine.py"), "x = 1");
        refused(bytes, "m", "ompression");
    }
}

#[test]
fn a_folder_with_content_is_a_folder() {
    let members = [member(b"pk/", b"x = 1"), member(b"m.py/", b"x = 1"), member(b"pk/a.py", b"x = 2")];
    let zip = opened(raw(&members));
    assert_eq!(listed(&zip, ""), ["m.py Folder", "pk Folder"]);
    assert_eq!(listed(&zip, "pk"), ["a.py File"]);
    for path in ["pk", "pk/", "m.py", "m.py/"] {
        assert!(zip.read(path).expect("it can be asked").is_none(), "{path}");
    }
    let modules: Vec<_> =
        SearchPath::new().with(zip).walk_modules().map(|module| module.expect("no error").to_string()).collect();
    assert_eq!(modules, ["pk", "pk.a"]);
}

/// Some tools leave out the `/` of a folder's name. Python's archives go by what lies below, too.
#[test]
fn what_others_lie_below_is_a_folder_whatever_it_claims() {
    let members = [
        member(b"ns/y", b""),
        member(b"ns/y/deep/b.py", b"x = 1"),
        member(b"m.py", b"x = 2"),
        member(b"m.py/below", b""),
        member(b"m.py-other", b""),
    ];
    let zip = opened(raw(&members));
    assert_eq!(listed(&zip, ""), ["m.py Folder", "m.py-other File", "ns Folder"]);
    assert_eq!(listed(&zip, "ns"), ["y Folder"]);
    for path in ["ns/y", "m.py"] {
        assert_eq!(zip.probe(path).expect("it can be asked"), Some(Shape::Folder), "{path}");
        assert!(zip.read(path).expect("it can be asked").is_none(), "{path}");
        assert!(zip.stamp(path).expect("it can be asked").is_none(), "{path}");
    }
    let path = SearchPath::new().with(zip);
    for module in path.walk_modules().map(|module| module.expect("no error")) {
        assert_eq!(path.get(module.name()).expect("what is listed is found").kind(), module.kind(), "{module}");
    }
    let modules: Vec<_> = path.walk_modules().map(|module| module.expect("no error").to_string()).collect();
    assert_eq!(modules, ["ns", "ns.y", "ns.y.deep", "ns.y.deep.b"]);
}

#[test]
fn members_that_share_their_data_are_each_read() {
    let mut members = vec![member(b"m0.py", b"x = 1")];
    let names: Vec<_> = (1..500).map(|number| format!("m{number}.py")).collect();
    members.extend(names.iter().map(|name| Member { shares: Some(0), ..member(name.as_bytes(), b"x = 1") }));
    let zip = opened(raw(&members));
    for name in names {
        match zip.read(&name) {
            Ok(bytes) => assert_eq!(bytes.as_deref(), Some(b"x = 1".as_slice()), "{name}"),
            Err(error) => assert!(error.to_string().contains(&format!("`<zip>/{name}`")), "{error}"),
        }
    }
    assert_eq!(text(&zip, "m0.py"), "x = 1");
}

#[test]
fn an_archive_may_have_something_before_and_a_comment_behind() {
    let plain = archive(&[("a.py", "x = 1")]);
    let prefixed = [b"#!/bin/sh\nexec python \"$0\"\n".as_slice(), &plain].concat();
    let comment = "a comment that isn't one: PK\x05\x06";
    let mut commented = plain.clone();
    let size = commented.len();
    commented[size - 2..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
    commented.extend(comment.as_bytes());
    for bytes in [plain, prefixed, commented] {
        let zip = opened(bytes);
        assert_eq!(listed(&zip, ""), ["a.py File"]);
        assert_eq!(text(&zip, "a.py"), "x = 1");
    }
}

/// Each end might be that of an archive, and each might be preceded by a directory.
#[test]
fn bytes_full_of_ends_of_archives_are_refused_soon() {
    let entry = raw(&[member(b"a.py", b"x = 1")]);
    for piece in
        [b"PK\x05\x06".to_vec(), b"PK\x06\x06PK\x06\x07PK\x05\x06".to_vec(), entry[entry.len() - 22..].to_vec()]
    {
        let bytes = piece.repeat((4 << 20) / piece.len());
        let start = std::time::Instant::now();
        let opened = Zip::from_bytes("<zip>", bytes);
        assert!(start.elapsed().as_secs() < 20, "{:?} for {piece:?}", start.elapsed());
        if let Ok(zip) = opened {
            assert!(zip.read("a.py").is_err() || zip.probe("a.py").expect("it can be asked").is_none());
        }
    }
}

/// More than sixteen bits can count.
#[test]
fn an_archive_may_have_very_many_members() {
    const COUNT: usize = 70_000;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..COUNT {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(format!("p{}/m{number}.py", number % 100), options).expect("a member");
        write!(writer, "x = {number}").expect("its bytes");
    }
    let zip = opened(writer.finish().expect("an archive").into_inner());
    assert_eq!(listed(&zip, "").len(), 100);
    assert_eq!(text(&zip, "p99/m69999.py"), "x = 69999");
    assert_eq!(SearchPath::new().with(zip).walk_modules().filter_map(Result::ok).count(), COUNT + 100);
}

#[test]
fn names_that_are_not_utf8_are_one_error_each() {
    let flagged = |name| Member { flags: 1 << 11, ..member(name, b"x = 1") };
    let members = [
        member("gr\u{fc}n.py".as_bytes(), b"x = 1"),
        flagged("blau\u{fc}.py".as_bytes()),
        member(b"caf\xe9.py", b"x = 1"),
        flagged(b"bad\xff.py"),
        flagged(b"pk/bad\xff.py"),
        member(b"pk/a.py", b"x = 1"),
    ];
    let zip = opened(raw(&members));
    let bad = |name: &str| format!("! `<zip>/{name}`: the name is not UTF-8");
    let expected = [bad("bad\u{fffd}.py"), bad("caf\u{fffd}.py")];
    assert_eq!(listed(&zip, "")[..2], expected);
    assert_eq!(listed(&zip, "")[2..], ["blau\u{fc}.py File", "gr\u{fc}n.py File", "pk Folder"]);
    assert_eq!(listed(&zip, "pk"), [bad("pk/bad\u{fffd}.py").as_str(), "a.py File"]);
    assert_eq!(text(&zip, "gr\u{fc}n.py"), "x = 1");
}

/// The library remembers the lines of a file by its name, and can't know that another archive stands there now.
#[cfg(feature = "stdlib")]
#[test]
fn lines_of_a_traceback_are_those_of_the_archive_that_was_loaded_last() {
    let runtime = Runtime::builder().isolated().build().expect("it starts");
    for word in ["first", "second"] {
        let text = format!(
            "import traceback\ndef told():\n    try:\n        1 / 0  # {word}\n    except Exception:\n        \
             return traceback.format_exc()\n"
        );
        let path = SearchPath::new().with(opened(archive(&[("m.py", &text)])));
        let realm = runtime.realm_of(&path, &Imports::pass_through()).expect("it is made");
        let module = realm.import("m").expect("it loads");
        let told: String = module.call("told", ()).expect("it raises nothing");
        assert!(told.contains(&format!("1 / 0  # {word}")), "{told}");
    }
}

/// The module `m` has more source than a module may have, in those words.
#[track_caller]
fn too_large(bytes: &[u8], message: &str) {
    let runtime = Runtime::builder().isolated().source(opened(bytes)).build().expect("it starts");
    let error = runtime.load("m", &Imports::none()).expect_err("it is too large");
    assert_eq!(
        (error.limit(), error.to_string()),
        (Some(Limit::SourceBytes), format!("LimitExceeded: source size limit: {message}"))
    );
}

/// Both the size that a header claims and the one that is true: neither fills the memory.
#[test]
fn a_member_that_unpacks_to_more_than_the_limit_is_one_error() {
    let bomb = vec![b'#'; (64 << 20) + 1];
    let mut bytes = archive(&[("m.py", str::from_utf8(&bomb).expect("text"))]);
    assert!(bytes.len() < 1 << 20);
    too_large(&bytes, "`<zip>/m.py` has 67108865 bytes, and 16777216 are allowed");
    let read = opened(bytes.clone()).read("m.py").expect_err("it is too large");
    assert_eq!(read.to_string(), "`<zip>/m.py`: more than the 67108864 bytes that are allowed");
    let central = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    bytes[central + 24..central + 28].copy_from_slice(&5_u32.to_le_bytes());
    refused(bytes, "m", "larger than its declared");
    // A claim of four gigabytes, of which nothing is there.
    let mut claims = raw(&[member(b"m.py", b"x = 1")]);
    let central = claims.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    claims[central + 24..central + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    if let Ok(Some(bytes)) = opened(claims).read("m.py") {
        assert_eq!(&*bytes, b"x = 1");
    }
}
