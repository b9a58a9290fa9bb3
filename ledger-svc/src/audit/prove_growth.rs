use countersign_api::name::Workspace;
use ledger_format::ConsistencyProof;
use service_kit::database::Location;

use super::ProveError;
use crate::store::{self, TileRoots, raw::RawFile, tree};

/// Proves from the ledger's file or database alone that a log of `old_size` entries is the beginning of the same log at `new_size`.
///
/// # Errors
/// See [`ProveError`]. The proof is as good as the file: whoever gets it verifies it.
///
/// # Panics
/// When `old_size` is above `new_size`.
pub async fn prove_growth(
    ledger: &Location,
    workspace: &Workspace,
    old_size: u64,
    new_size: u64,
) -> Result<ConsistencyProof, ProveError> {
    let subtrees = ConsistencyProof::subtrees(old_size, new_size).expect("the older size is not above the newer");
    let unopened = |source| ProveError::File { file: ledger.to_string().into(), source };
    let mut file = RawFile::open(ledger).await.map_err(unopened)?;
    let hashes = tree::tree_hashes(&mut file.rows(), &TileRoots::default(), workspace, new_size, subtrees).await?;
    file.close().await.map_err(store::Error::from)?;
    Ok(ConsistencyProof::build(old_size, new_size, &hashes).expect("invariant: every hash was read ahead"))
}
