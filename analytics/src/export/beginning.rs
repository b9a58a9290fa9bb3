//! When a log began.

use countersign_api::name::Workspace;
use jiff::Timestamp;
use ledger_format::Leaf;
use service_kit::grpc::AuthorizedChannel;

use super::error::Error;
use super::source::Source;

/// Returns when the first entry of a workspace's log was appended, as the ledger says it; none while there is no entry.
pub(crate) async fn began_at(ledger: AuthorizedChannel, workspace: &Workspace) -> Result<Option<Timestamp>, Error> {
    let mut entries = Source::new(ledger, workspace).entries(0, 1, false).await?;
    let first = entries.message().await.map_err(Error::ledger("ReadEntries"))?;
    let first = first.and_then(|batch| batch.entries.into_iter().next());
    let leaf = first.and_then(|entry| Leaf::decode(&entry.leaf).map(|leaf| leaf.appended_at_us).ok());
    Ok(leaf.and_then(|micros| Timestamp::from_microsecond(micros).ok()))
}
