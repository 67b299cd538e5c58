//! Packs Python sources into archives: those of the standard library, for `get_source`, tracebacks and listing (the
//! compiled code is frozen into the binary by rustpython-pylib), and the shims.

use std::{env, error::Error, fs::File, io::Write, path::Path};
use walkdir::WalkDir;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=stdlib_shims");
    let out = env::var("OUT_DIR")?;
    pack(Path::new("stdlib_shims"), &Path::new(&out).join("shims.zip"))?;
    if env::var_os("CARGO_FEATURE_STDLIB").is_some() {
        pack(Path::new(rustpython_pylib::LIB_PATH), &Path::new(&out).join("stdlib.zip"))?;
    }
    Ok(())
}

/// Puts every Python file below `folder` into a new archive.
fn pack(folder: &Path, archive: &Path) -> Result<(), Box<dyn Error>> {
    let mut archive = ZipWriter::new(File::create(archive)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "py") {
            archive.start_file_from_path(entry.path().strip_prefix(folder)?, options)?;
            archive.write_all(&std::fs::read(entry.path())?)?;
        }
    }
    archive.finish()?;
    Ok(())
}
