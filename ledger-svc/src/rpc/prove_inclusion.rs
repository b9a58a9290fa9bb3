use bytes::Bytes;
use countersign_api::ledger::v1::{InclusionProof as WireProof, ProveInclusionRequest, ProveInclusionResponse};
use ledger_format::InclusionProof;
use service_kit::{call::CallContext, rejection::Rejection};
use tokio::time::Instant;
use tonic::Status;

use super::{checkpoint_wait, parse, service::LedgerRpc, status, wire};
use crate::{
    limits::PROOFS_MAX,
    log::Log,
    store::{self, read, tree},
};

/// Proves that entries are under the latest checkpoint, all under the same one.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &ProveInclusionRequest,
) -> Result<ProveInclusionResponse, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let indices = parse_indices(&request.indices)?;
    let last = indices.iter().copied().max().unwrap_or_default();
    let least_size = if request.wait { last.saturating_add(1) } else { 0 };
    let published = checkpoint_wait::covering(rpc, &log, least_size).await?;
    let size = published.checkpoint.size();
    if last >= size {
        return Err(status::out_of_range(&log, "index", last, size).into());
    }
    let proofs = prove(rpc, &log, call.deadline(), &indices, size).await.map_err(|error| status::of_store(&error))?;
    Ok(ProveInclusionResponse { checkpoint: Some(wire::checkpoint(&published)), proofs })
}

/// Proves that one entry is under a size.
pub(super) async fn prove_one(
    rpc: &LedgerRpc,
    log: &Log,
    deadline: Option<Instant>,
    index: u64,
    size: u64,
) -> Result<WireProof, store::Error> {
    prove(rpc, log, deadline, &[index], size).await.map(|mut proofs| proofs.remove(0))
}

fn parse_indices(indices: &[i64]) -> Result<Vec<u64>, Rejection> {
    let count = indices.len();
    if count == 0 || count > PROOFS_MAX {
        return Err(Rejection::malformed("indices", format!("holds {count}; ask for 1 to {PROOFS_MAX}")));
    }
    indices.iter().map(|&index| parse::number("indices", index)).collect()
}

async fn prove(
    rpc: &LedgerRpc,
    log: &Log,
    deadline: Option<Instant>,
    indices: &[u64],
    size: u64,
) -> Result<Vec<WireProof>, store::Error> {
    let mut subtrees = Vec::new();
    for &index in indices {
        subtrees.extend(InclusionProof::subtrees(index, size).expect("invariant: every index is below the size"));
    }
    let mut reader = rpc.ledger.reader_until(deadline).await?;
    let mut rows = reader.rows();
    let roots = rpc.ledger.tile_roots();
    let hashes = tree::tree_hashes(&mut rows, roots, &log.workspace, size, subtrees).await?;
    let leaves = read::leaves(&mut rows, &log.workspace, indices).await?;
    let prove = |&index| InclusionProof::build(index, size, &hashes).expect("invariant: every hash was read ahead");
    Ok(indices.iter().map(prove).zip(leaves).map(|(proof, leaf)| on_the_wire(&proof, &leaf)).collect())
}

fn on_the_wire(proof: &InclusionProof, leaf: &Bytes) -> WireProof {
    WireProof {
        index: wire::number(proof.index),
        leaf: leaf.to_vec(),
        hashes: proof.hashes.iter().map(wire::hash).collect(),
    }
}
