use countersign_api::{
    ledger::v1::{InclusionProof, ProveInclusionRequest, ledger_service_client::LedgerServiceClient},
    name::Workspace,
};
use service_kit::grpc::AuthorizedChannel;
use tonic::Status;

use super::ahead::AheadProof;
use crate::{
    domain::RecordedAt,
    store::{ApprovingEntry, Claimable},
};

/// An approval with the proof that it stands in the ledger. There is no other way to one than [`prove`].
#[derive(Debug, Clone)]
pub(crate) struct Proven {
    pub(crate) claimable: Claimable,
    pub(super) checkpoint: String,
    pub(super) checkpoint_size: u64,
    pub(super) proof: InclusionProof,
    /// Where the approval was given ahead: that it was given before.
    pub(super) ahead: Option<AheadProof>,
}

/// Why the ledger does not prove what it gave receipts for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    /// It does not answer.
    #[error("the ledger proves nothing now: {0}")]
    Refused(#[from] Status),
    /// Its answer is not what was asked for.
    #[error("the ledger's answer has no checkpoint, or not one proof for each entry; verify the ledger")]
    Incomplete,
}

/// Has the ledger prove approvals, all under one checkpoint; waits until one covers them all.
pub(crate) async fn prove(
    ledger: &LedgerServiceClient<AuthorizedChannel>,
    workspace: &Workspace,
    claimables: Vec<Claimable>,
) -> Result<Vec<Proven>, ProofError> {
    let approvals = claimables.iter().map(|claimable| claimable.entry.entry_index);
    let grants = claimables.iter().filter_map(|claimable| claimable.granted_in);
    let indices: Vec<i64> = approvals.chain(grants).map(|index| i64::try_from(index).unwrap_or(i64::MAX)).collect();
    let request = ProveInclusionRequest { parent: workspace.to_string(), indices: indices.clone(), wait: true };
    let response = ledger.clone().prove_inclusion(request).await?.into_inner();
    let checkpoint = response.checkpoint.ok_or(ProofError::Incomplete)?;
    let checkpoint_size = u64::try_from(checkpoint.size).map_err(|_| ProofError::Incomplete)?;
    if !response.proofs.iter().map(|proof| proof.index).eq(indices) {
        return Err(ProofError::Incomplete);
    }
    let mut proofs = response.proofs;
    let mut grants = proofs.split_off(claimables.len()).into_iter();
    let mut proven = Vec::with_capacity(claimables.len());
    for (claimable, proof) in claimables.into_iter().zip(proofs) {
        let ahead = if claimable.granted_in.is_some() {
            let grant = grants.next().ok_or(ProofError::Incomplete)?;
            Some(AheadProof::read(ledger, workspace, claimable.entry.entry_index, grant).await?)
        } else {
            None
        };
        proven.push(Proven { claimable, checkpoint: checkpoint.signed_note.clone(), checkpoint_size, proof, ahead });
    }
    Ok(proven)
}

impl Proven {
    /// Returns what the domain needs to know to let the approval be claimed.
    pub(crate) fn recorded_at(&self) -> RecordedAt {
        let ApprovingEntry { revision, ordinal, entry_index, .. } = self.claimable.entry;
        RecordedAt { revision, ordinal, entry_index, checkpoint_size: self.checkpoint_size }
    }
}
