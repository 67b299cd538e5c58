//! Packs Python sources: those of the standard library, or of the part of it that is asked for, and the shims. They become
//! archives, or else tables of the files, where the program can't read archives. The compiled code of the whole library is
//! frozen into the binary by rustpython-pylib.

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
    println!("cargo:rerun-if-changed=stdlib_shims");
    println!("cargo:rerun-if-changed=stdlib_pure");
    let has = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let pack = |files: &Files, name: &str| match has("ARCHIVES") {
        true => files.archive(name),
        false => files.table(name),
    };
    pack(&Files::default().add(Path::new("stdlib_shims"), Path::new(""))?, "shims")?;
    let library = Path::new(rustpython_pylib::LIB_PATH);
    if has("STDLIB") {
        pack(&Files::default().add(library, Path::new(""))?, "stdlib")?;
    } else if has("LIBRARY") {
        let own = Path::new("stdlib_pure");
        let list = fs::read_to_string(own.join("modules.txt"))?;
        let names = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let module = |name: &str| {
            let path = PathBuf::from(name.replace('.', "/"));
            if library.join(&path).is_dir() { path } else { path.with_extension("py") }
        };
        let files = Files::default().add(own, Path::new(""))?;
        pack(&names.map(module).try_fold(files, |files, path| files.add(library, &path))?, "stdlib")?;
    }
    Ok(())
}

/// Files to be packed: their paths in the pack, and where they stand.
#[derive(Default)]
struct Files(Vec<(PathBuf, PathBuf)>);

impl Files {
    /// Adds each Python file of `folder` that is at or below `path`.
    fn add(mut self, folder: &Path, path: &Path) -> Result<Self, Box<dyn Error>> {
        for entry in WalkDir::new(folder.join(path)).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "py") {
                self.0.push((entry.path().strip_prefix(folder)?.to_owned(), entry.path().to_owned()));
            }
        }
        Ok(self)
    }

    fn archive(&self, name: &str) -> Result<(), Box<dyn Error>> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut archive = ZipWriter::new(File::create(out()?.join(name).with_extension("zip"))?);
        for (path, file) in &self.0 {
            archive.start_file_from_path(path, options)?;
            archive.write_all(&fs::read(file)?)?;
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
            all.extend(fs::read(file)?);
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
