//! Packs Python sources into archives: those of the standard library, or of the part of it that is asked for, and the shims.
//! The compiled code of the whole library is frozen into the binary by rustpython-pylib.

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
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    Archive::new(&out.join("shims.zip"))?.add(Path::new("stdlib_shims"), Path::new(""))?.finish()?;
    let library = Path::new(rustpython_pylib::LIB_PATH);
    if has("STDLIB") {
        Archive::new(&out.join("stdlib.zip"))?.add(library, Path::new(""))?.finish()?;
    } else if has("LIBRARY") {
        let own = Path::new("stdlib_pure");
        let list = fs::read_to_string(own.join("modules.txt"))?;
        let names = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let module = |name: &str| {
            let path = PathBuf::from(name.replace('.', "/"));
            if library.join(&path).is_dir() { path } else { path.with_extension("py") }
        };
        let archive = Archive::new(&out.join("stdlib.zip"))?.add(own, Path::new(""))?;
        names.map(module).try_fold(archive, |archive, path| archive.add(library, &path))?.finish()?;
    }
    Ok(())
}

/// An archive that is being written.
struct Archive(ZipWriter<File>);

impl Archive {
    fn new(path: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(Self(ZipWriter::new(File::create(path)?)))
    }

    /// Adds each Python file of `folder` that is at or below `path`.
    fn add(mut self, folder: &Path, path: &Path) -> Result<Self, Box<dyn Error>> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for entry in WalkDir::new(folder.join(path)).sort_by_file_name() {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "py") {
                self.0.start_file_from_path(entry.path().strip_prefix(folder)?, options)?;
                self.0.write_all(&fs::read(entry.path())?)?;
            }
        }
        Ok(self)
    }

    fn finish(self) -> Result<(), Box<dyn Error>> {
        self.0.finish()?;
        Ok(())
    }
}
