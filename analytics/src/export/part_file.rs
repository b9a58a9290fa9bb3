//! The Parquet file of a part: written once, read back by column.

use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ledger_format::{Hash, Subtree, sha256};
use polars::chunked_array::builder::get_list_builder;
use polars::prelude::{Column, DataFrame, DataType, IntoSeries, PolarsResult};
use polars_io::SerReader;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_io::parquet::write::{KeyValueMetadata, ParquetCompression, ParquetWriter};

use super::contents_file::{ContentsDraft, Sealed, read_rows};
use super::error::Error;
use super::manifest::Part;
use super::part_edge::PartEdge;
use super::part_name::Family;
use super::private_file::{Draft, read_file};
use super::row::{Row, Rows, no_rows};

/// Names the log that the part is of: tells a part of ours from any other Parquet file.
pub(super) const ORIGIN_METADATA: &str = "countersign.export.origin";

/// Where a part belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The export's folder.
    pub folder: &'a Path,
    /// Which part it is, from 0.
    pub number: usize,
    /// The log.
    pub origin: &'a str,
    /// Entries in a full part.
    pub room: u64,
    /// Whether contents go beside it.
    pub has_contents: bool,
}

/// A part while it is filled.
pub(super) struct PartDraft {
    path: PathBuf,
    origin: String,
    first_index: u64,
    /// The rows that the part had when it was written before, while the log was shorter.
    before: Option<(Part, DataFrame)>,
    rows: Box<Rows>,
    edge: PartEdge,
    contents: Option<ContentsDraft>,
    /// The contents of those rows, until they are taken up.
    contents_before: Option<PathBuf>,
}

impl PartDraft {
    /// Starts the part whose first entry has this index.
    pub(super) fn starting_at(first_index: u64, place: Place<'_>) -> Self {
        let Place { folder, number, origin, room, has_contents } = place;
        let room = usize::try_from(room).expect("invariant: a part has at most 65,536 entries");
        Self {
            path: folder.join(Family::Parts.name_of(number)),
            origin: origin.to_owned(),
            first_index,
            before: None,
            rows: Box::new(Rows::with_room_for(room)),
            edge: PartEdge::starting_at(first_index),
            contents: has_contents.then(|| ContentsDraft::starting_at(first_index, folder, number, origin)),
            contents_before: None,
        }
    }

    /// Takes up a short part that was verified, so that entries can be added behind those it has.
    pub(super) fn resume(part: &Part, place: Place<'_>) -> Result<Self, Error> {
        let mut draft = Self::starting_at(part.first_index, place);
        let bytes = PartBytes::read(place.folder, part)?;
        let frame = bytes.frame(&draft.path)?;
        let hashes = frame.column("leaf_hash").and_then(Column::binary).map_err(Error::parquet(&draft.path))?;
        let hash = |bytes: Option<&[u8]>| bytes.and_then(|bytes| Hash::try_from(bytes).ok());
        let hashes = hashes.iter().map(|bytes| hash(bytes).expect("invariant: the leaves of the part were verified"));
        draft.edge = PartEdge::of_leaves(part.first_index, hashes);
        let contents = part.contents.as_ref().filter(|_| place.has_contents);
        draft.contents_before = contents.map(|contents| place.folder.join(&contents.file));
        draft.before = Some((part.clone(), frame));
        Ok(draft)
    }

    /// Tells whether contents of before are still to be taken up.
    pub(super) const fn has_contents_before(&self) -> bool {
        self.contents_before.is_some()
    }

    /// Takes up the contents that the part had, before the first row is added to it; what is large is written at once.
    pub(super) fn take_up_contents(&mut self) -> Result<(), Error> {
        let (Some(path), Some(contents), Some((part, _))) =
            (self.contents_before.take(), &mut self.contents, &self.before)
        else {
            return Ok(());
        };
        read_rows(&path, part.first_index, part.rows, |_, sealed| {
            contents.push(sealed);
            if contents.is_full() { contents.write_group() } else { Ok(()) }
        })
    }

    /// Notes a perfect subtree that the log's tree has completed with the next entry.
    pub(super) fn note(&mut self, subtree: Subtree, hash: Hash) {
        self.edge.note(subtree, hash);
    }

    /// Adds the next entry, whose leaf the log's tree has taken.
    pub(super) fn push(&mut self, row: Row<'_>, sealed: Sealed<'_>) {
        self.rows.push(row);
        if let Some(contents) = &mut self.contents {
            contents.push(sealed);
        }
    }

    /// Returns the number of entries in it.
    pub(super) fn entries(&self) -> u64 {
        self.before.as_ref().map_or(0, |(part, _)| part.rows) + self.rows.count() as u64
    }

    /// Returns the part as it stands on the disk, when nothing was added to it.
    pub(super) fn unchanged(&self) -> Option<&Part> {
        self.before.as_ref().map(|(part, _)| part).filter(|_| self.rows.count() == 0)
    }

    /// Tells whether contents wait to be written.
    pub(super) fn has_full_group(&self) -> bool {
        self.contents.as_ref().is_some_and(ContentsDraft::is_full)
    }

    /// Writes the contents that wait.
    pub(super) fn write_group(&mut self) -> Result<(), Error> {
        self.contents.as_mut().map_or(Ok(()), ContentsDraft::write_group)
    }

    /// Writes the part's files whole: the contents, then the rows.
    ///
    /// A crash between the two leaves contents that no part names; the next run writes both again.
    pub(super) fn write(self) -> Result<Part, Error> {
        let rows = self.entries();
        let contents = self.contents.map(ContentsDraft::finish).transpose()?;
        let mut frame = self.rows.finish().map_err(Error::parquet(&self.path))?;
        if let Some((_, mut whole)) = self.before {
            whole.vstack_mut(&frame).map_err(Error::parquet(&self.path))?;
            whole.rechunk_mut();
            frame = gathered(whole).map_err(Error::parquet(&self.path))?;
        }
        let metadata = vec![(ORIGIN_METADATA.to_owned(), self.origin)];
        let mut draft = Draft::create(&self.path).map_err(Error::file(&self.path))?;
        ParquetWriter::new(&mut draft)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .finish(&mut frame)
            .map_err(Error::writing(&self.path))?;
        let written = draft.commit().map_err(Error::file(&self.path))?;
        let name = self.path.file_name().expect("invariant: the path ends in the name of a part");
        Ok(Part {
            file: name.to_string_lossy().into_owned(),
            sha256: written.sha256,
            bytes: written.bytes,
            first_index: self.first_index,
            rows,
            root: self.edge.root(),
            contents,
        })
    }
}

/// Gathers the lists of a frame that was read anew. A list that is not there has a value all the same once it was read from a file, and is
/// counted so: gathered, the same rows are the same bytes.
fn gathered(mut frame: DataFrame) -> PolarsResult<DataFrame> {
    let lists = frame.columns().iter().filter_map(|column| match column.dtype() {
        DataType::List(inner) => Some((column.clone(), (**inner).clone())),
        _ => None,
    });
    for (column, inner) in lists.collect::<Vec<_>>() {
        let mut builder = get_list_builder(&inner, 0, column.len(), column.name().clone());
        for list in column.list()?.series_iter() {
            builder.append_opt_series(list.as_ref())?;
        }
        frame.with_column(builder.finish().into_series().into())?;
    }
    Ok(frame)
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

    /// Tells whether it has the columns that this release writes.
    pub(super) fn is_of_this_release(&self, path: &Path) -> Result<bool, Error> {
        let none = ParquetReader::new(Cursor::new(&self.bytes)).with_slice(Some((0, 0)));
        let none = none.read_parallel(ParallelStrategy::None).finish().map_err(Error::parquet(path))?;
        Ok(none.schema() == no_rows().map_err(Error::parquet(path))?.schema())
    }

    /// Decodes some columns.
    pub(super) fn columns(&self, path: &Path, names: &[&str]) -> Result<DataFrame, Error> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        self.decode(path, Some(names))
    }

    /// Decodes all of it.
    fn frame(&self, path: &Path) -> Result<DataFrame, Error> {
        self.decode(path, None)
    }

    fn decode(&self, path: &Path, names: Option<Vec<String>>) -> Result<DataFrame, Error> {
        ParquetReader::new(Cursor::new(&self.bytes))
            .with_columns(names)
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map_err(Error::parquet(path))
    }
}

/// Tells whether a file is marked as one of an export of this log, without reading more of it than that.
pub(super) fn is_of(path: &Path, origin: &str) -> Result<bool, Error> {
    let mut reader = ParquetReader::new(File::open(path).map_err(Error::file(path))?);
    let Ok(metadata) = reader.get_metadata() else { return Ok(false) };
    let mut pairs = metadata.key_value_metadata.iter().flatten();
    Ok(pairs.any(|pair| pair.key == ORIGIN_METADATA && pair.value.as_deref() == Some(origin)))
}
