use crate::access::{PrincipalKind, Rpc};

/// The rpcs that generators and services can be given a right to; all others are for people alone, whatever a policy file
/// says, and so is an rpc that nobody thought of here.
const OPEN_TO_MACHINES: [&str; 41] = [
    "countersign.candidate.v1.TriggerService/RecordTrigger",
    "countersign.candidate.v1.TriggerService/GetTrigger",
    "countersign.candidate.v1.TriggerService/ListTriggers",
    "countersign.candidate.v1.TriggerService/StreamTriggers",
    "countersign.candidate.v1.ProposalService/ProposeCandidate",
    "countersign.candidate.v1.ProposalService/StreamProposals",
    "countersign.candidate.v1.ProposalService/WithdrawCandidate",
    "countersign.candidate.v1.ProposalService/ListActionTypes",
    "countersign.candidate.v1.ProposalService/WatchOutcomes",
    "countersign.candidate.v1.ReviewService/GetCandidate",
    "countersign.candidate.v1.ReviewService/ListCandidates",
    "countersign.candidate.v1.ReviewService/WatchCandidates",
    "countersign.candidate.v1.ReviewService/CountCandidates",
    "countersign.candidate.v1.ReviewService/ListDelegations",
    "countersign.candidate.v1.StandingApprovalService/GetStandingApproval",
    "countersign.candidate.v1.StandingApprovalService/ListStandingApprovals",
    "countersign.candidate.v1.PolicyService/GetPolicyRevision",
    "countersign.candidate.v1.PolicyService/ListPolicyRevisions",
    "countersign.candidate.v1.PolicyService/CheckPolicy",
    "countersign.candidate.v1.ReviewService/AddEvidence",
    "countersign.candidate.v1.ReviewService/SettleOutcome",
    "countersign.candidate.v1.ExecutionService/ClaimExecutions",
    "countersign.candidate.v1.ExecutionService/ExtendClaim",
    "countersign.candidate.v1.ExecutionService/ReportOutcome",
    "countersign.ledger.v1.LedgerService/AppendEntries",
    "countersign.ledger.v1.LedgerService/AppendStream",
    "countersign.ledger.v1.LedgerService/GetEntry",
    "countersign.ledger.v1.LedgerService/GetEntryByKey",
    "countersign.ledger.v1.LedgerService/ReadEntries",
    "countersign.ledger.v1.LedgerService/SubscribeEntries",
    "countersign.ledger.v1.LedgerService/GetCheckpoint",
    "countersign.ledger.v1.LedgerService/ProveInclusion",
    "countersign.ledger.v1.LedgerService/ProveCheckpoint",
    "countersign.ledger.v1.LedgerService/ProveConsistency",
    "countersign.ledger.v1.ErasureService/RepeatErasure",
    "countersign.ledger.v1.ErasureService/FollowErasures",
    "countersign.ledger.v1.ErasureService/ListLegalHolds",
    "countersign.feedback.v1.FeedbackService/RunReport",
    "countersign.feedback.v1.FeedbackService/GetReport",
    "countersign.feedback.v1.FeedbackService/ListReports",
    "countersign.feedback.v1.FeedbackService/GetProposerFeedback",
];

/// Tells whether a principal of this kind can never call the rpc.
pub(super) fn refuses(kind: PrincipalKind, rpc: Rpc) -> bool {
    match kind {
        PrincipalKind::Human => false,
        PrincipalKind::Generator | PrincipalKind::Service => !OPEN_TO_MACHINES.contains(&rpc.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_list_is_an_rpc() {
        for name in OPEN_TO_MACHINES {
            assert!(Rpc::at(&format!("/{name}")).is_some(), "{name}");
        }
    }
}
