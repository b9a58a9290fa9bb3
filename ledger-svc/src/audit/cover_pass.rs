use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{Leaf, SignedCheckpoint};

use super::{
    Extent, What,
    fault::{Fault, Source, Trouble},
    place::{CHECKPOINTS, ENTRIES, row_of_entry},
    typed::Typed,
};
use crate::{
    log_of_logs::Covered,
    store::raw::{RawEntry, RawFile, RawPosition, Value},
};

/// Entries read at a time.
const PAGE_ENTRIES: u32 = 256;

/// Holds every entry of the log of logs against the checkpoint that it covers.
///
/// The entries themselves, and the checkpoints with their roots, were verified before: what is left is that the two say the same.
pub(super) async fn check(source: Source<'_>, ledger: &mut RawFile, size: u64) -> Result<(), Trouble> {
    let log_of_logs = Workspace::log_of_logs();
    let (mut position, mut index) = (None, 0);
    while index < size {
        let page: Vec<RawEntry> = ledger
            .entries(&log_of_logs, position, PAGE_ENTRIES)
            .try_collect()
            .await
            .map_err(source.refuse(ENTRIES.name))
            .map_err(|trouble| trouble.at(Extent::span(log_of_logs.id(), index, index + 1)))?;
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            let here = Extent::span(log_of_logs.id(), index, index + 1);
            let checked = check_entry(source, ledger, &row.leaf).await;
            checked.map_err(|trouble| in_row(trouble, index).at(here))?;
            if let Value::Integer(entry_index) = row.entry_index {
                position = Some(RawPosition { entry_index, row_id: row.row_id });
            }
            index += 1;
        }
    }
    Ok(())
}

async fn check_entry(source: Source<'_>, ledger: &mut RawFile, leaf: &Value) -> Result<(), Trouble> {
    let column = Typed::new(ENTRIES, "leaf");
    let nothing = || column.fault(What::CoversNothing);
    let bytes = column.bytes(leaf)?;
    let covered = Leaf::decode(bytes).ok().and_then(|leaf| Covered::read(&leaf)).ok_or_else(nothing)?;
    let stored_size = i64::try_from(covered.size).map_err(|_| nothing())?;
    let note =
        ledger.checkpoint_note(&covered.workspace, stored_size).await.map_err(source.refuse(CHECKPOINTS.name))?;
    if note.is_some_and(|note| has_root(&note, &covered)) {
        return Ok(());
    }
    let what = What::CoverDiffers { workspace: covered.workspace.to_string(), size: covered.size };
    Err(column.fault(what).into())
}

/// Tells whether a note, whose signature was verified in its own log, says the root that is covered.
fn has_root(note: &Value, covered: &Covered) -> bool {
    let Value::Text(text) = note else { return false };
    let signed = str::from_utf8(text).ok().and_then(|text| SignedCheckpoint::parse(text).ok());
    let checkpoint = signed.and_then(|signed| signed.signed_text().parse::<ledger_format::Checkpoint>().ok());
    checkpoint.is_some_and(|checkpoint| checkpoint.size() == covered.size && checkpoint.root() == covered.root)
}

fn in_row(trouble: Trouble, index: u64) -> Trouble {
    match trouble {
        Trouble::Fault(fault) => Fault::in_row(fault, || row_of_entry(Workspace::log_of_logs().id(), index)).into(),
        other @ (Trouble::Below(_) | Trouble::Error(_)) => other,
    }
}
