//! `exocet run --watch`: replacing modules of a program while it runs, and starting it anew.
//!
//! A thread waits for changes of the files that the program was loaded from. It is none of the interpreter's: the program can end
//! meanwhile, with all that belongs to its end.

use crate::{failure::Failure, output};
use exocet::{
    Error, Object, Observer, Realm,
    modules::PythonModule,
    observe::Event,
    source::FolderWatch,
    vm::{PyObjectRef, PyResult, VirtualMachine},
};
#[cfg(unix)]
use nix::sys::signal::{SigHandler, Signal, signal};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// For how long files have to stay as they are before they count: editors write them piece by piece, and several one after another.
const SETTLED: Duration = Duration::from_millis(50);

/// How often it looks for folders of modules that were loaded meanwhile.
const LOOK: Duration = Duration::from_millis(100);

/// How many holders of an old module are named.
const NAMED: usize = 3;

/// The files of a program, and what is done when they change. A clone is the same.
#[derive(Clone)]
pub(super) struct Watch(Arc<Shared>);

struct Shared {
    files: Mutex<Files>,
    ended: AtomicBool,
    again: Again,
}

/// The files that modules were loaded from.
#[derive(Default)]
struct Files {
    loaded: BTreeMap<PathBuf, Loaded>,
    /// How many loads there were.
    loads: usize,
}

/// What was loaded from one file.
#[derive(Clone)]
struct Loaded {
    module: PythonModule,
    /// The content of the file by which it was loaded last.
    content: String,
    /// The content that was dealt with last.
    seen: String,
    /// Which load it was, of all.
    turn: usize,
    is_main: bool,
}

/// A command line, with what the process began with: programs change their folder and their environment.
struct Again {
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    folder: PathBuf,
}

/// The program in its interpreter, as the thread knows it.
struct Running {
    realm: Realm,
    sys: Object,
}

impl Watch {
    pub(super) fn new() -> Result<Self, Failure> {
        let again = Again {
            program: env::current_exe().map_err(Failure::failed)?,
            arguments: env::args_os().skip(1).collect(),
            variables: env::vars_os().collect(),
            folder: env::current_dir().map_err(Failure::failed)?,
        };
        Ok(Self(Arc::new(Shared { files: Mutex::default(), ended: AtomicBool::new(false), again })))
    }

    /// Counts the file of the main program, which starts anew when it changes.
    pub(super) fn add_main(&self, main: &PythonModule) {
        let content = file_of(main).and_then(|file| content(&file));
        self.add(main, content.unwrap_or_default(), true);
    }

    /// Begins to watch, before the program runs.
    pub(super) fn start(&self, realm: PyObjectRef, vm: &VirtualMachine) -> PyResult<JoinHandle<()>> {
        let raise = |error: Error| error.into_exception(vm);
        let object = |object: PyObjectRef| Object::new(object, vm).map_err(raise);
        let realm = Realm::from_object(&object(realm)?).map_err(raise)?;
        let running = Running { realm, sys: object(vm.sys_module.clone().into())? };
        let folders = FolderWatch::new().map_err(raise)?;
        let watch = self.clone();
        Ok(thread::spawn(move || watch.watch(folders, &running)))
    }

    /// Waits for changes after the program has ended. The process ends by Ctrl-C, or another one takes its place.
    pub(super) fn wait(&self, code: u32, watcher: JoinHandle<()>) {
        #[cfg(unix)]
        // SAFETY: no handler is installed; the interpreter that listened to the signal is gone.
        unsafe {
            // What a shell runs in the background ignores it.
            if let Ok(SigHandler::SigIgn) = signal(Signal::SIGINT, SigHandler::SigDfl) {
                let _ = signal(Signal::SIGINT, SigHandler::SigIgn);
            }
        }
        output::note(&format!("the program has ended with exit code {code}; it starts again when a file changes"));
        self.0.ended.store(true, Ordering::Release);
        // It ends by a panic alone, which it has reported.
        let _ = watcher.join();
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, module: &PythonModule, content: String, is_main: bool) {
        let Some(file) = file_of(module) else { return };
        let mut files = self.files();
        files.loads += 1;
        let turn = files.loads;
        let is_main = is_main || files.loaded.get(&file).is_some_and(|loaded| loaded.is_main);
        let loaded = Loaded { module: module.clone(), seen: content.clone(), content, turn, is_main };
        files.loaded.insert(file, loaded);
    }

    fn watch(&self, mut folders: FolderWatch, running: &Running) {
        loop {
            let own = self.files().loaded.keys().filter_map(|file| file.parent()).map(Path::to_owned).collect();
            let is_new = folders.follow(&own);
            // Once more, as something may have changed before they were watched.
            if folders.wait(LOOK) || is_new {
                self.look(running);
            }
        }
    }

    /// Does what is to be done if files have changed.
    fn look(&self, running: &Running) {
        let mut now = self.now();
        if now.iter().all(|(file, content)| self.is_seen(file, content)) {
            return;
        }
        loop {
            thread::sleep(SETTLED);
            let later = self.now();
            if now == later {
                break;
            }
            now = later;
        }
        let (mut changed, mut broken) = (Vec::new(), false);
        for (file, content) in now {
            let is_new = !self.is_seen(&file, &content);
            let mut files = self.files();
            let Some(loaded) = files.loaded.get_mut(&file) else { continue };
            if loaded.content == content {
                loaded.seen = content;
                continue;
            }
            loaded.seen = content;
            let loaded = loaded.clone();
            drop(files);
            match loaded.module.imports() {
                Ok(_) => changed.push((file, loaded)),
                Err(error) => {
                    broken = true;
                    if is_new {
                        output::note(&format!("kept the old {}: {error}", loaded.shown()));
                    }
                }
            }
        }
        // What others import was loaded after them.
        changed.sort_by_key(|(_, loaded)| std::cmp::Reverse(loaded.turn));
        let has_ended = self.0.ended.load(Ordering::Acquire);
        let restarts = has_ended || changed.iter().any(|(_, loaded)| loaded.is_main);
        if restarts && broken {
            return;
        }
        if restarts && !changed.is_empty() {
            let names: Vec<_> = changed.iter().map(|(file, _)| name_of(file)).collect();
            return self.restart(&names.join(", "), running);
        }
        for (file, loaded) in &changed {
            if !replace(file, loaded, running) {
                return self.restart(&name_of(file), running);
            }
        }
    }

    /// What the files hold, of those that can be read: one that is being replaced is away for a moment.
    fn now(&self) -> BTreeMap<PathBuf, String> {
        let files: BTreeSet<PathBuf> = self.files().loaded.keys().cloned().collect();
        files.into_iter().filter_map(|file| content(&file).map(|content| (file, content))).collect()
    }

    fn is_seen(&self, file: &Path, content: &str) -> bool {
        self.files().loaded.get(file).is_some_and(|loaded| loaded.seen == content)
    }

    fn restart(&self, why: &str, running: &Running) {
        output::note(&format!("starting again ({why} changed)"));
        // What the program has printed and not yet written would be lost; a program that has ended has written it.
        let _ = running.sys.get::<Object>("stdout").and_then(|stdout| stdout.call::<()>("flush", ()));
        let failed = self.0.again.start();
        output::complain(&format!("can't start again: {failed}"));
    }
}

/// Replaces one module of the running program, and reports how that went. Returns whether the program was still there.
fn replace(file: &Path, loaded: &Loaded, running: &Running) -> bool {
    let (name, file) = (loaded.module.name(), name_of(file));
    match running.realm.replace_rebinding(name) {
        Ok(replacement) => {
            let mut message = format!("replaced `{name}` ({file} changed)");
            let (held, more) = (&replacement.held.holders, replacement.held.more);
            let holders = held.iter().take(NAMED).map(ToString::to_string);
            let more = more + held.len().saturating_sub(NAMED);
            let more = (more > 0).then(|| format!("{more} more"));
            let holders: Vec<_> = holders.chain(more).collect();
            if !holders.is_empty() {
                message += &format!("; still held of the old one: {}", holders.join("; "));
            }
            output::note(&message);
        }
        Err(error) if error.is_gone() => return false,
        Err(error) => output::note(&format!("kept the old `{name}` ({file} changed): {error}")),
    }
    true
}

impl Loaded {
    fn shown(&self) -> String {
        if self.is_main { "program".to_owned() } else { format!("`{}`", self.module.name()) }
    }
}

impl Again {
    /// Puts the same command line in the place of this process. Returns why that can't be done.
    #[cfg(unix)]
    fn start(&self) -> io::Error {
        std::os::unix::process::CommandExt::exec(&mut self.command())
    }

    /// Starts the same command line, and ends this process. Returns why that can't be done.
    #[cfg(not(unix))]
    fn start(&self) -> io::Error {
        match self.command().spawn() {
            Ok(_) => std::process::exit(0),
            Err(error) => error,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(self.variables.iter().cloned()).current_dir(&self.folder);
        command
    }
}

/// Notices what is loaded, and by which content.
impl Observer for Watch {
    fn event(&self, _: &Event) {}

    fn admit(&self, _: &str, module: Option<&PythonModule>, hash: Option<&str>) -> Result<(), String> {
        if let (Some(module), Some(hash)) = (module, hash) {
            self.add(module, hash.to_owned(), false);
        }
        Ok(())
    }
}

/// The file on the disk that a module stands in.
fn file_of(module: &PythonModule) -> Option<PathBuf> {
    let (source, path) = module.source_and_path().filter(|_| !module.is_native())?;
    std::path::absolute(source.folder()?.join(path)).ok()
}

fn content(file: &Path) -> Option<String> {
    Some(blake3::hash(&fs::read(file).ok()?).to_hex().to_string())
}

/// The name of a file, as a message has it.
fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
