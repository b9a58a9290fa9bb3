//! The leaves in a part, read back through the log's own verifier.

use std::path::Path;

use ledger_format::{Column, Content, EntryParts, Hash, LogVerifier};
use polars::prelude::{
    BinaryChunked, DataFrame, DatetimeChunked, Int32Chunked, Int64Chunked, PolarsError, PolarsResult, StringChunked,
    TimeUnit, UInt64Chunked,
};

use super::erasures::Erasures;
use super::error::Error;
use super::event::slice_of;
use super::manifest::{Part, Previous};
use super::part_edge::PartEdge;
use super::part_file::PartBytes;
use super::remembered::Remembered;

/// Columns that repeat what the leaf says.
const COLUMNS: [&str; 10] = [
    "entry_index",
    "leaf",
    "leaf_hash",
    "kind",
    "candidate",
    "candidate_slice",
    "revision",
    "actor_kind",
    "actor",
    "appended_at",
];

/// Feeds the leaves of a part to the verifier, each with the columns that repeat it, and compares the part's root.
///
/// Contents are not in an export: to the verifier they are as if erased. Where the export before ended, the root must be the one
/// that it had; where the caller remembers a checkpoint, the one that is remembered. Notes what the entries say was erased. Returns the
/// append time of the last entry, in microseconds since the Unix epoch; none for a part without rows, which no export has.
pub(super) fn verify_leaves(
    folder: &Path,
    part: &Part,
    bytes: &PartBytes,
    verifier: &mut LogVerifier,
    previous: Option<&Previous>,
    remembered: Option<&Remembered>,
    erasures: &mut Erasures,
) -> Result<Option<i64>, Error> {
    let path = part.path(folder);
    let frame = bytes.columns(&path, &COLUMNS)?;
    let columns = Columns::of(&frame).map_err(Error::parquet(&path))?;
    if frame.height() as u64 != part.rows {
        return Err(Error::manifest_differs(folder, "rows"));
    }
    if part.rows == 0 || !part.first_index.is_multiple_of(part.rows.next_power_of_two()) {
        return Err(Error::manifest_differs(folder, "first_index"));
    }
    let mut edge = PartEdge::starting_at(part.first_index);
    let mut last_appended_at_us = None;
    for row in 0..frame.height() {
        let index = verifier.size();
        let differs = |column| Error::ColumnDiffers { path: path.clone(), index, column };
        let stored = columns.row(row).map_err(differs)?;
        if slice_of(stored.candidate) != stored.slice {
            return Err(differs("candidate_slice"));
        }
        let parts = EntryParts {
            index: stored.index,
            leaf: stored.leaf,
            leaf_hash: stored.leaf_hash,
            columns: &stored.repeated,
            content: Content::Erased,
        };
        let checked = verifier.entry_with(parts, |subtree, hash| edge.note(subtree, hash));
        checked.map_err(|source| Error::PartUnverified { path: path.clone(), source })?;
        if let Some(previous) = previous.filter(|previous| !previous.agrees(verifier)) {
            return Err(Error::PreviousDiffers { folder: folder.to_owned(), size: previous.size });
        }
        if let Some(remembered) = remembered.filter(|remembered| !remembered.agrees(verifier)) {
            return Err(Error::RememberedDiffers { folder: folder.to_owned(), size: remembered.size });
        }
        erasures.note(stored.kind, stored.candidate, index);
        last_appended_at_us = Some(stored.appended_at_us);
    }
    if edge.root() != part.root {
        return Err(Error::manifest_differs(folder, "root"));
    }
    Ok(last_appended_at_us)
}

/// The columns, typed.
struct Columns<'f> {
    index: &'f UInt64Chunked,
    leaf: &'f BinaryChunked,
    leaf_hash: &'f BinaryChunked,
    kind: &'f StringChunked,
    candidate: &'f StringChunked,
    slice: &'f Int32Chunked,
    revision: &'f UInt64Chunked,
    actor_kind: &'f StringChunked,
    actor: &'f StringChunked,
    appended_at: &'f Int64Chunked,
}

/// One row of them.
struct Stored<'f> {
    index: u64,
    leaf: &'f [u8],
    leaf_hash: Hash,
    kind: &'f str,
    candidate: &'f str,
    slice: Option<i32>,
    appended_at_us: i64,
    repeated: [Column<'f>; 6],
}

/// Returns times as microseconds; the same numbers in another unit would be other times to every reader.
fn micros(times: &DatetimeChunked) -> PolarsResult<&Int64Chunked> {
    if times.time_unit() == TimeUnit::Microseconds {
        Ok(times.physical())
    } else {
        Err(PolarsError::SchemaMismatch("`appended_at` is not in microseconds".into()))
    }
}

impl<'f> Columns<'f> {
    fn of(frame: &'f DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            index: frame.column("entry_index")?.u64()?,
            leaf: frame.column("leaf")?.binary()?,
            leaf_hash: frame.column("leaf_hash")?.binary()?,
            kind: frame.column("kind")?.str()?,
            candidate: frame.column("candidate")?.str()?,
            slice: frame.column("candidate_slice")?.i32()?,
            revision: frame.column("revision")?.u64()?,
            actor_kind: frame.column("actor_kind")?.str()?,
            actor: frame.column("actor")?.str()?,
            appended_at: micros(frame.column("appended_at")?.datetime()?)?,
        })
    }

    /// Returns a row, or the name of the column that has no proper value in it.
    fn row(&self, row: usize) -> Result<Stored<'f>, &'static str> {
        let hash = |bytes: &[u8]| Hash::try_from(bytes).ok();
        let kind = self.kind.get(row).ok_or("kind")?;
        let candidate = self.candidate.get(row).ok_or("candidate")?;
        let appended_at_us = self.appended_at.get(row).ok_or("appended_at")?;
        let actor_kind = self.actor_kind.get(row).and_then(|kind| kind.parse().ok()).ok_or("actor_kind")?;
        Ok(Stored {
            index: self.index.get(row).ok_or("entry_index")?,
            leaf: self.leaf.get(row).ok_or("leaf")?,
            leaf_hash: self.leaf_hash.get(row).and_then(hash).ok_or("leaf_hash")?,
            kind,
            candidate,
            slice: self.slice.get(row),
            appended_at_us,
            repeated: [
                Column::Kind(kind),
                Column::Subject(candidate),
                Column::SubjectRevision(self.revision.get(row).ok_or("revision")?),
                Column::PrincipalKind(actor_kind),
                Column::PrincipalReference(self.actor.get(row).ok_or("actor")?),
                Column::AppendedAtUs(appended_at_us),
            ],
        })
    }
}
