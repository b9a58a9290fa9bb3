use countersign_api::{ledger::v1::Entry, name::Workspace};
use service_kit::rejection::Rejection;

use super::{resume::Delivered, service::LedgerRpc, status, wire};
use crate::{
    limits::{CHUNK_BYTES, CHUNK_MAX_ENTRIES},
    store,
};

/// Reads the next chunk of entries up to, not including, `end`, which must be committed; never empty.
///
/// The connection is given back before the chunk is sent: a slow reader holds up nobody else.
pub(super) async fn read(
    rpc: &LedgerRpc,
    workspace: &Workspace,
    delivered: &mut Delivered,
    end: u64,
    include_sealed: bool,
) -> Result<Vec<Entry>, Rejection> {
    let start = delivered.next();
    let reading = async {
        let mut reader = rpc.ledger.reader().await?;
        let mut rows = reader.rows();
        let entries =
            store::read::entry_range(&mut rows, workspace, start, end, CHUNK_MAX_ENTRIES, CHUNK_BYTES).await?;
        rpc.contents.open(&mut rows, workspace, entries).await
    };
    let entries = reading.await.map_err(|error| status::of_store(&error))?;
    for entry in &entries {
        delivered.add(entry.leaf_hash);
    }
    Ok(entries.into_iter().map(|entry| wire::entry(entry, include_sealed)).collect())
}
