use crate::{
    contents::ContentKeys,
    store::{Error, LedgerStore, content_keys::KeyNumber, read},
};

/// Destroys the keys of everything that the log says is erased: what a crash left undone, and keys that came back with an older copy of
/// their store.
///
/// A crash on the way leaves some of them; the next start goes on.
pub(crate) async fn carry_out(ledger: &LedgerStore, keys: &ContentKeys) -> Result<(), Error> {
    let erased = read::erased_keys(&mut ledger.reader().await?.rows(), None).await?;
    if erased.is_empty() {
        return Ok(());
    }
    let left = destroy_left(erased, keys).await?;
    if left > 0 {
        tracing::warn!(keys = left, "keys of erased contents were still there; they are destroyed now");
    }
    ledger.writer().await?.empty_wal().await.or_else(|error| match error {
        // Only what nobody can open any more stays in it.
        Error::WalInUse { .. } => Ok(()),
        other => Err(other),
    })
}

/// Destroys those of these keys that are still there, in their store or in memory, and returns how many that were.
pub(crate) async fn destroy_left(erased: Vec<KeyNumber>, keys: &ContentKeys) -> Result<usize, Error> {
    let left: Vec<KeyNumber> = keys.find(erased).await?.into_keys().collect();
    // Destroying none still empties a file's WAL, in which a crash may have left a key.
    keys.destroy(&left).await?;
    Ok(left.len())
}
