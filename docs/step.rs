// One step of docs/src/tutorial-rust.md, whose doctests include this at the start of `main`: in a folder that has the files which the page
// has shown so far, the program is started for each `$ cargo run` behind it, is typed to behind `> `, and has to print what is shown.
// `step` is the number of the program on the page. The program itself is started with EXOCET_STEP, and skips all of this.
{
    use std::{
        env, fs,
        io::{Read, Write},
        process::{Child, Command, Stdio, exit, id},
    };

    /// What the program prints until it waits for a line, or ends.
    fn read(child: &mut Child) -> String {
        let (mut read, stdout) = (Vec::new(), child.stdout.as_mut().expect("a pipe"));
        for byte in stdout.bytes() {
            read.push(byte.expect("a byte"));
            if read.ends_with(b"\n> ") || read == b"> " {
                break;
            }
        }
        String::from_utf8(read).expect("UTF-8")
    }

    if env::var_os("EXOCET_STEP").is_none() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/tutorial-rust.md");
        let page = fs::read_to_string(page).expect("a page");
        let folder = env::temp_dir().join(format!("exocet-step-{}-{step}", id()));
        let (mut programs, mut child, mut compared) = (0, None::<Child>, 0);
        // Every other part of what stands between fences is a block.
        for block in page.split("\n```").skip(1).step_by(2) {
            let (fence, text) = block.split_once('\n').expect("a fence has a line");
            match fence.split_once(' ') {
                Some(("rust", _)) => programs += 1,
                Some(("console", "cargo")) if programs == step => {
                    for line in format!("{text}\n").split_inclusive('\n').collect::<Vec<_>>().chunk_by(|_, next| {
                        !next.starts_with("$ ") && !next.starts_with("> ")
                    }) {
                        let (typed, printed) = (line[0].trim_end(), line[1..].concat());
                        if typed == "$ cargo run" {
                            let program = Command::new(env::current_exe().expect("a program"))
                                .args(env::args_os().skip(1))
                                .env("EXOCET_STEP", "")
                                .current_dir(&folder)
                                .stdin(Stdio::piped())
                                .stdout(Stdio::piped())
                                .spawn();
                            child = Some(program.expect("it starts"));
                        } else {
                            let input = child.as_mut().and_then(|child| child.stdin.as_mut()).expect("a program runs");
                            writeln!(input, "{}", typed.strip_prefix("> ").expect("something typed")).expect("it reads");
                        }
                        let read = read(child.as_mut().expect("a program runs"));
                        // Files are those of whoever reads the page.
                        let read = read.replace(&*folder.to_string_lossy(), "/home/ann/bot");
                        assert_eq!(read.trim_end_matches("> "), printed, "{typed}");
                        compared += 1;
                    }
                }
                Some((_, file)) if file.contains('.') && programs <= step => {
                    let path = folder.join(file);
                    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
                    fs::write(path, format!("{text}\n")).expect("it can be written");
                }
                _ => {}
            }
        }
        let mut child = child.expect("the step runs something");
        drop(child.stdin.take());
        assert!(compared > 0 && child.wait().expect("it ends").success());
        fs::remove_dir_all(folder).expect("it is there");
        exit(0);
    }
}
