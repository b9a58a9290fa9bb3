//! The Parquet file of a part: written once, read back by column.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ledger_format::{Frontier, Hash, sha256};
use polars::prelude::DataFrame;
use polars_io::SerReader;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_io::parquet::write::{KeyValueMetadata, ParquetCompression, ParquetWriter};

use super::error::Error;
use super::manifest::Part;
use super::private_file::{read_file, write_file};
use super::row::{Row, Rows};

/// Names the log that the part is of: tells a part of ours from any other Parquet file.
const ORIGIN_METADATA: &str = "countersign.export.origin";

const PREFIX: &str = "part-";
const SUFFIX: &str = ".parquet";

/// A part while it is filled.
pub(super) struct PartDraft {
    first_index: u64,
    rows: Box<Rows>,
    tree: Frontier,
}

impl PartDraft {
    /// Starts the part whose first entry has this index.
    pub(super) fn starting_at(first_index: u64, room: u64) -> Self {
        let room = usize::try_from(room).expect("invariant: a part has at most 65,536 entries");
        Self { first_index, rows: Box::new(Rows::with_room_for(room)), tree: Frontier::new() }
    }

    /// Adds the next entry.
    pub(super) fn push(&mut self, row: Row<'_>, leaf_hash: Hash) {
        self.rows.push(row);
        self.tree.append(leaf_hash);
    }

    /// Returns the number of entries in it.
    pub(super) const fn entries(&self) -> u64 {
        self.tree.size()
    }

    /// Writes the part's file whole, as the `number`th of its export.
    pub(super) fn write(self, folder: &Path, number: usize, origin: &str) -> Result<Part, Error> {
        let file = name_of(number);
        let path = folder.join(&file);
        let rows = self.tree.size();
        assert_eq!(rows, self.rows.count() as u64, "a part has a row for every entry");
        let mut frame = self.rows.finish().map_err(Error::parquet(&path))?;
        let mut bytes = Vec::new();
        let metadata = vec![(ORIGIN_METADATA.to_owned(), origin.to_owned())];
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .finish(&mut frame)
            .map_err(Error::parquet(&path))?;
        write_file(&path, &bytes).map_err(Error::file(&path))?;
        Ok(Part {
            file,
            sha256: sha256(&[&bytes]),
            bytes: bytes.len() as u64,
            first_index: self.first_index,
            rows,
            root: self.tree.root(),
        })
    }
}

/// The bytes of a part, once they are those that its manifest names.
pub(super) struct PartBytes {
    bytes: Vec<u8>,
}

impl PartBytes {
    /// Reads a part and compares it with what the manifest says of it.
    pub(super) fn read(folder: &Path, part: &Part) -> Result<Self, Error> {
        let path = part.path(folder);
        let bytes = read_file(&path)?.ok_or_else(|| Error::PartMissing { path: path.clone() })?;
        if sha256(&[&bytes]) != part.sha256 || bytes.len() as u64 != part.bytes {
            return Err(Error::PartChanged { path });
        }
        Ok(Self { bytes })
    }

    /// Takes bytes that nothing is known of.
    pub(super) const fn unchecked(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Tells whether the bytes are marked as a part of an export of this log.
    pub(super) fn is_of(&self, origin: &str) -> bool {
        let mut reader = ParquetReader::new(Cursor::new(&self.bytes));
        let Ok(metadata) = reader.get_metadata() else { return false };
        let mut pairs = metadata.key_value_metadata.iter().flatten();
        pairs.any(|pair| pair.key == ORIGIN_METADATA && pair.value.as_deref() == Some(origin))
    }

    /// Decodes some columns.
    pub(super) fn columns(&self, path: &Path, names: &[&str]) -> Result<DataFrame, Error> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        ParquetReader::new(Cursor::new(&self.bytes))
            .with_columns(Some(names))
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map_err(Error::parquet(path))
    }
}

/// Returns the file name of the `number`th part, from 0.
pub(super) fn name_of(number: usize) -> String {
    format!("{PREFIX}{number:06}{SUFFIX}")
}

/// Tells whether a file of this name would be read as a part.
pub(super) fn is_part_name(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Lists the names of parts that are in a folder, sorted.
pub(super) fn part_names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for item in fs::read_dir(folder).map_err(Error::file(folder))? {
        let name = item.map_err(Error::file(folder))?.file_name().to_string_lossy().into_owned();
        if is_part_name(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Lists the part files in a folder that are not among the first `count`.
pub(super) fn strays(folder: &Path, count: usize) -> Result<Vec<PathBuf>, Error> {
    let named: BTreeSet<String> = (0..count).map(name_of).collect();
    let strays = part_names(folder)?.into_iter().filter(|name| !named.contains(name));
    Ok(strays.map(|name| folder.join(name)).collect())
}
