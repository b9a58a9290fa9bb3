//! The file that is written: there whole or not at all, for its owner alone.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::Error;
use crate::export::Draft;

/// A file while it is written.
pub(super) struct Out {
    path: PathBuf,
    file: BufWriter<Draft>,
}

impl Out {
    /// Starts it.
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let draft = Draft::create(path).map_err(Error::file(path))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(draft) })
    }

    /// Has something written to it.
    pub(super) fn write(&mut self, work: impl FnOnce(&mut BufWriter<Draft>) -> io::Result<()>) -> Result<(), Error> {
        work(&mut self.file).map_err(Error::file(&self.path))
    }

    /// Writes a text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        self.write(|file| file.write_all(text.as_bytes()))
    }

    /// Gives the file its name.
    pub(super) fn finish(self) -> Result<(), Error> {
        let written = self.file.into_inner().map_err(io::IntoInnerError::into_error).and_then(Draft::commit);
        written.map(drop).map_err(Error::file(&self.path))
    }
}

/// A JSON array while it is written, an item a line.
pub(super) struct Items {
    is_first: bool,
}

impl Items {
    /// Opens the array that is the member of this name.
    pub(super) fn open(out: &mut Out, name: &str) -> Result<Self, Error> {
        out.text(&format!("\"{name}\":["))?;
        Ok(Self { is_first: true })
    }

    /// Writes the next item.
    pub(super) fn add(&mut self, out: &mut Out, item: &impl Serialize) -> Result<(), Error> {
        out.text(if self.is_first { "\n" } else { ",\n" })?;
        self.is_first = false;
        out.write(|file| serde_json::to_writer(file, item).map_err(io::Error::from))
    }

    /// Closes the array.
    pub(super) fn close(self, out: &mut Out) -> Result<(), Error> {
        out.text(if self.is_first { "]" } else { "\n]" })
    }
}
