//! `exocet bundle --extract`.

use crate::{failure::Failure, output};
use exocet::{Bundle, Source};
use std::{fs, io, path::Path, process::ExitCode};

/// Writes the application's files into a folder that is new or empty. A bundle has no paths that lead out of it.
pub(super) fn extract(bundle: &Bundle, folder: &Path) -> Result<ExitCode, Failure> {
    let place = folder.display();
    let failed = |error: io::Error| Failure::Failed(format!("can't write to `{place}`: {error}"));
    fs::create_dir_all(folder).map_err(failed)?;
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Failure::Usage(format!("`{place}` isn't empty")));
    }
    let mut count = 0;
    for path in bundle.files() {
        let bytes = bundle.read(path).map_err(Failure::failed)?.unwrap_or_default();
        let file = folder.join(path);
        file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, bytes)).map_err(failed)?;
        count += 1;
    }
    output::note(&format!("{place}: {}", output::counted(count, "file")));
    Ok(ExitCode::SUCCESS)
}
