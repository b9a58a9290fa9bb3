//! The Parquet file with the sealed contents of a part: written and read a few mebibytes at a time, however large contents are.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_io::parquet::write::{
    BatchedWriter, KeyValueMetadata, ParquetCompression, ParquetWriter, StatisticsOptions,
};

use super::error::Error;
use super::manifest::ContentsFile;
use super::part_file::ORIGIN_METADATA;
use super::part_name::Family;
use super::private_file::{Draft, hash_file};

/// Bytes of sealed contents that are gathered before they are written as a group of rows.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Columns of the file: name, type, what it says.
pub const CONTENTS_FIELDS: [(&str, &str, &str); 4] = [
    ("entry_index", "UINT64", "Position of the entry in the log, from 0."),
    (
        "content_key",
        "STRING, null once erased",
        "Id of the content key that it is sealed under; keys are never in an export.",
    ),
    (
        "sealed",
        "BINARY, null once erased",
        "`nonce ‖ ciphertext ‖ tag` of salt and content, exactly as the ledger keeps it.",
    ),
    ("erased", "BOOLEAN", "Whether the content was erased before it was exported."),
];

/// The content of one entry, as an export holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealed<'a> {
    /// Sealed under a key.
    Kept {
        /// Id of the key.
        content_key: &'a str,
        /// The bytes as the ledger keeps them.
        bytes: &'a [u8],
    },
    /// Destroyed on purpose.
    Erased,
}

/// The file while it is filled.
pub(super) struct ContentsDraft {
    path: PathBuf,
    origin: String,
    next_index: u64,
    waiting: Waiting,
    writer: Option<(BatchedWriter<Shared>, Shared)>,
}

/// Rows that are not written yet.
struct Waiting {
    index: PrimitiveChunkedBuilder<UInt64Type>,
    content_key: StringChunkedBuilder,
    sealed: BinaryChunkedBuilder,
    erased: BooleanChunkedBuilder,
    rows: usize,
    bytes: usize,
}

impl ContentsDraft {
    /// Starts the `number`th file, whose first entry has this index.
    pub(super) fn starting_at(first_index: u64, folder: &Path, number: usize, origin: &str) -> Self {
        let path = folder.join(Family::Contents.name_of(number));
        Self { path, origin: origin.to_owned(), next_index: first_index, waiting: Waiting::new(), writer: None }
    }

    /// Adds the next entry's.
    pub(super) fn push(&mut self, sealed: Sealed<'_>) {
        self.waiting.push(self.next_index, sealed);
        self.next_index += 1;
    }

    /// Tells whether enough is gathered to be written.
    pub(super) const fn is_full(&self) -> bool {
        self.waiting.bytes >= GROUP_BYTES
    }

    /// Writes what is gathered as a group of rows.
    pub(super) fn write_group(&mut self) -> Result<(), Error> {
        let path = self.path.clone();
        let group = std::mem::replace(&mut self.waiting, Waiting::new()).finish().map_err(Error::parquet(&path))?;
        if self.writer.is_none() {
            self.writer = Some(self.open(group.schema())?);
        }
        let (writer, _) = self.writer.as_mut().expect("invariant: it was just opened");
        writer.write_batch(&group).map_err(Error::writing(&path))
    }

    /// Writes the rest and gives the file its name.
    pub(super) fn finish(mut self) -> Result<ContentsFile, Error> {
        if self.waiting.rows > 0 || self.writer.is_none() {
            self.write_group()?;
        }
        let (writer, shared) = self.writer.take().expect("invariant: a group was written");
        writer.finish().map_err(Error::writing(&self.path))?;
        let draft = shared.lock().take().expect("invariant: a draft is committed once");
        let written = draft.commit().map_err(Error::file(&self.path))?;
        let name = self.path.file_name().expect("invariant: the path ends in the name of a part");
        Ok(ContentsFile { file: name.to_string_lossy().into_owned(), sha256: written.sha256, bytes: written.bytes })
    }

    fn open(&self, schema: &Schema) -> Result<(BatchedWriter<Shared>, Shared), Error> {
        let shared = Shared::new(Draft::create(&self.path).map_err(Error::file(&self.path))?);
        let metadata = vec![(ORIGIN_METADATA.to_owned(), self.origin.clone())];
        // Ciphertext does not compress.
        let writer = ParquetWriter::new(shared.clone())
            .with_compression(ParquetCompression::Uncompressed)
            .with_statistics(StatisticsOptions::empty())
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .batched(schema)
            .map_err(Error::writing(&self.path))?;
        Ok((writer, shared))
    }
}

impl Waiting {
    fn new() -> Self {
        Self {
            index: PrimitiveChunkedBuilder::new("entry_index".into(), 0),
            content_key: StringChunkedBuilder::new("content_key".into(), 0),
            sealed: BinaryChunkedBuilder::new("sealed".into(), 0),
            erased: BooleanChunkedBuilder::new("erased".into(), 0),
            rows: 0,
            bytes: 0,
        }
    }

    fn push(&mut self, index: u64, sealed: Sealed<'_>) {
        self.index.append_value(index);
        self.rows += 1;
        match sealed {
            Sealed::Kept { content_key, bytes } => {
                self.content_key.append_value(content_key);
                self.sealed.append_value(bytes);
                self.erased.append_value(false);
                self.bytes += bytes.len();
            }
            Sealed::Erased => {
                self.content_key.append_null();
                self.sealed.append_null();
                self.erased.append_value(true);
            }
        }
    }

    fn finish(self) -> PolarsResult<DataFrame> {
        let columns = vec![
            self.index.finish().into_column(),
            self.content_key.finish().into_column(),
            self.sealed.finish().into_column(),
            self.erased.finish().into_column(),
        ];
        DataFrame::new(self.rows, columns)
    }
}

/// Checks that a file is the one that the manifest names, without holding it.
pub(super) fn check_bytes(folder: &Path, contents: &ContentsFile) -> Result<PathBuf, Error> {
    let path = folder.join(&contents.file);
    let found = hash_file(&path)?.ok_or_else(|| Error::PartMissing { path: path.clone() })?;
    if found.sha256 == contents.sha256 && found.bytes == contents.bytes {
        Ok(path)
    } else {
        Err(Error::PartChanged { path })
    }
}

/// Reads a file row by row, a group at a time; the rows are those of the entries from `first_index` on, `rows` of them.
pub(super) fn read_rows(
    path: &Path,
    first_index: u64,
    rows: u64,
    mut on_row: impl FnMut(u64, Sealed<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let parquet = || Error::parquet(path);
    let open = || File::open(path).map_err(Error::file(path)).map(ParquetReader::new);
    let mut reader = open()?;
    let metadata = reader.get_metadata().map_err(parquet())?.clone();
    let mut next = first_index;
    let mut start = 0;
    for group in &metadata.row_groups {
        let length = group.num_rows();
        let mut reader = open()?;
        reader.set_metadata(metadata.clone());
        let frame = reader.with_slice(Some((start, length))).read_parallel(ParallelStrategy::None).finish();
        let frame = frame.map_err(parquet())?;
        start += length;
        let columns = Columns::of(&frame).map_err(parquet())?;
        for row in 0..frame.height() {
            let differs = |what| Error::ContentsDiffer { path: path.to_owned(), index: next, what };
            if next - first_index >= rows {
                return Err(differs("it is in no row of the part"));
            }
            on_row(next, columns.row(row, next).map_err(differs)?)?;
            next += 1;
        }
    }
    if next - first_index == rows {
        Ok(())
    } else {
        Err(Error::ContentsDiffer { path: path.to_owned(), index: next, what: "its row is missing" })
    }
}

/// The columns, typed.
struct Columns<'f> {
    index: &'f UInt64Chunked,
    content_key: &'f StringChunked,
    sealed: &'f BinaryChunked,
    erased: &'f BooleanChunked,
}

impl<'f> Columns<'f> {
    fn of(frame: &'f DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            index: frame.column("entry_index")?.u64()?,
            content_key: frame.column("content_key")?.str()?,
            sealed: frame.column("sealed")?.binary()?,
            erased: frame.column("erased")?.bool()?,
        })
    }

    fn row(&self, row: usize, index: u64) -> Result<Sealed<'f>, &'static str> {
        if self.index.get(row) != Some(index) {
            return Err("another index stands in its row");
        }
        match (self.erased.get(row), self.content_key.get(row), self.sealed.get(row)) {
            (Some(true), None, None) => Ok(Sealed::Erased),
            (Some(false), Some(content_key), Some(bytes)) => Ok(Sealed::Kept { content_key, bytes }),
            _ => Err("it is neither sealed nor erased"),
        }
    }
}

/// A draft that the Parquet writer keeps to itself until its end, and that is committed after it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<Draft>>>);

impl Shared {
    fn new(draft: Draft) -> Self {
        Self(Arc::new(Mutex::new(Some(draft))))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Draft>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().as_mut().map_or(Ok(()), Write::flush)
    }
}
