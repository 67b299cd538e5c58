//! Packs the Python sources of the standard library into one archive, for `get_source`, tracebacks and listing; the
//! compiled code is frozen into the binary by rustpython-pylib.

use std::{env, error::Error, fs::File, io::Write, path::Path};
use walkdir::WalkDir;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_STDLIB").is_none() {
        return Ok(());
    }
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let archive = Path::new(&env::var("OUT_DIR")?).join("stdlib.zip");
    let mut archive = ZipWriter::new(File::create(archive)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for entry in WalkDir::new(library).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "py") {
            let name = entry.path().strip_prefix(library)?;
            archive.start_file_from_path(name, options)?;
            archive.write_all(&std::fs::read(entry.path())?)?;
        }
    }
    archive.finish()?;
    Ok(())
}
