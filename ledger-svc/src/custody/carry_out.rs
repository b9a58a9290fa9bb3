use crate::{
    contents::ContentKeys,
    store::{
        Error,
        sqlite::{self, LedgerStore},
    },
};

/// Destroys the keys of everything that the log says is erased: what a crash left undone, and keys that came back with an older copy of
/// their file.
///
/// A crash on the way leaves some of them; the next start goes on.
pub(crate) async fn carry_out(ledger: &LedgerStore, keys: &ContentKeys) -> Result<(), Error> {
    let erased = sqlite::erased_keys(&mut *ledger.reader().await?, None).await?;
    if erased.is_empty() {
        return Ok(());
    }
    let left = keys.find(erased).await?;
    if !left.is_empty() {
        tracing::warn!(keys = left.len(), "keys of erased contents were still there; they are destroyed now");
    }
    let left: Vec<_> = left.into_keys().collect();
    // Destroying none still empties the WAL, in which a crash may have left a key.
    keys.destroy(&left).await?;
    ledger.writer().await?.empty_wal().await.or_else(|error| match error {
        // Only what nobody can open any more stays in it.
        Error::WalInUse { .. } => Ok(()),
        other => Err(other),
    })
}
