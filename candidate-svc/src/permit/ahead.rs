use countersign_api::{
    candidate::v1::StandingApprovalProof,
    ledger::v1::{Entry, GetEntryRequest, InclusionProof, ledger_service_client::LedgerServiceClient},
    name::Workspace,
};
use service_kit::grpc::AuthorizedChannel;
use tonic::Status;

/// What shows that an approval given ahead rests on a grant that the ledger recorded before it.
#[derive(Debug, Clone)]
pub(super) struct AheadProof {
    approving: Entry,
    grant: InclusionProof,
}

impl AheadProof {
    /// Reads what the approving entry says: its leaf holds no more than a commitment to it.
    pub(super) async fn read(
        ledger: &LedgerServiceClient<AuthorizedChannel>,
        workspace: &Workspace,
        approving_index: u64,
        grant: InclusionProof,
    ) -> Result<Self, Status> {
        let index = i64::try_from(approving_index).unwrap_or(i64::MAX);
        let request = GetEntryRequest { parent: workspace.to_string(), index };
        let approving = ledger.clone().get_entry(request).await?.into_inner().entry.unwrap_or_default();
        Ok(Self { approving, grant })
    }

    /// Returns it as the contract has it.
    pub(super) fn into_wire(self) -> StandingApprovalProof {
        StandingApprovalProof {
            approving_content: self.approving.content.to_vec(),
            approving_salt: self.approving.salt,
            grant_entry_index: self.grant.index,
            grant_entry_leaf: self.grant.leaf,
            grant_inclusion_proof: self.grant.hashes,
        }
    }
}
