//! Packs Python sources: those of the standard library, or of the part of it that is asked for, and the shims. They become
//! archives, or else tables of the files, where the program can't read archives. The compiled code of the whole library is
//! frozen into the binary by rustpython-pylib.

#[path = "build/encodings.rs"]
mod encodings;
#[path = "build/strip.rs"]
mod strip;

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};
use walkdir::WalkDir;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=stdlib_shims");
    println!("cargo:rerun-if-changed=stdlib_pure");
    let has = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let pack = |files: &Files, name: &str| match has("ARCHIVES") {
        true => files.archive(name),
        false => files.table(name),
    };
    // Beside the library only those that don't stand for a part of it.
    let shims = if has("LIBRARY") { "_exocet_resources.py" } else { "" };
    pack(&Files::default().add(Path::new("stdlib_shims"), Path::new(shims))?, "shims")?;
    if !has("ENCODINGS") {
        fs::write(out()?.join("encodings.rs"), encodings::tables())?;
    }
    let library = Path::new(rustpython_pylib::LIB_PATH);
    if has("STDLIB") {
        pack(&Files::default().add(library, Path::new(""))?, "stdlib")?;
    } else if has("LIBRARY") {
        let own = Path::new("stdlib_pure");
        let listed = |list: &str| -> Result<Vec<PathBuf>, Box<dyn Error>> {
            let list = fs::read_to_string(own.join(list))?;
            let names = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            let path = |name: &str| PathBuf::from(name.replace('.', "/"));
            let file = |path: PathBuf| if library.join(&path).is_dir() { path } else { path.with_extension("py") };
            Ok(names.map(path).map(file).collect())
        };
        let mut files = Files::default();
        let mut names = listed("modules.txt")?;
        match has("HOST_ENV") {
            true => names.extend(listed("host.txt")?),
            false => files = files.add(own, Path::new(""))?,
        }
        for path in names {
            files = files.add(library, &path)?;
        }
        pack(&files.strip(&listed("docstrings.txt")?), "stdlib")?;
    }
    Ok(())
}

/// Files to be packed: their paths in the pack, and what is in them.
#[derive(Default)]
struct Files(Vec<(PathBuf, Vec<u8>)>);

impl Files {
    /// Adds each Python file of `folder` that is at or below `path`.
    fn add(mut self, folder: &Path, path: &Path) -> Result<Self, Box<dyn Error>> {
        for entry in WalkDir::new(folder.join(path)).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "py") {
                self.0.push((entry.path().strip_prefix(folder)?.to_owned(), fs::read(entry.path())?));
            }
        }
        Ok(self)
    }

    /// Takes comments and docstrings out, two fifths of the packed library; the docstrings of the modules at `documented` stay.
    fn strip(mut self, documented: &[PathBuf]) -> Self {
        for (path, file) in &mut self.0 {
            if let Ok(text) = str::from_utf8(file) {
                *file = strip::strip(text, documented.contains(path)).into_bytes();
            }
        }
        self
    }

    fn archive(&self, name: &str) -> Result<(), Box<dyn Error>> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut archive = ZipWriter::new(File::create(out()?.join(name).with_extension("zip"))?);
        for (path, file) in &self.0 {
            archive.start_file_from_path(path, options)?;
            archive.write_all(file)?;
        }
        archive.finish()?;
        Ok(())
    }

    /// The bytes of all files, one after the other, and a Rust expression: a slice of pairs of a path and where its bytes lie.
    fn table(&self, name: &str) -> Result<(), Box<dyn Error>> {
        let mut table = File::create(out()?.join(name).with_extension("rs"))?;
        let mut all = Vec::new();
        writeln!(table, "&[")?;
        for (path, file) in &self.0 {
            let path = path.to_str().ok_or("a path isn't UTF-8")?.replace('\\', "/");
            let start = all.len();
            all.extend(file);
            writeln!(table, "    ({path:?}, {start}..{}),", all.len())?;
        }
        writeln!(table, "]")?;
        fs::write(out()?.join(name).with_extension("bin"), all)?;
        Ok(())
    }
}

fn out() -> Result<PathBuf, Box<dyn Error>> {
    Ok(PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?))
}
