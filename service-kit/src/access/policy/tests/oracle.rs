use crate::access::{PrincipalKind, Role};

/// Some callers: those of one of these kinds that hold one of these roles.
pub(super) struct Who {
    kinds: &'static [PrincipalKind],
    roles: &'static [Role],
}

/// Says who may call an rpc, in the workspaces of their token and nowhere else.
///
/// Written from the words of the domain (who proposes, reviews, owns a process, audits, executes, relays), never from the
/// policy file: a row here and the rules there are two answers to one question. A new rpc is a row here.
pub(super) fn who_may(rpc: &str) -> Option<&'static [&'static Who]> {
    let (_, who) = ROWS.iter().find(|(name, _)| *name == rpc)?;
    Some(who)
}

/// Returns the rpcs that have a row.
pub(super) fn rpcs() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|(rpc, _)| *rpc)
}

impl Who {
    pub(super) fn includes(&self, kind: PrincipalKind, role: Role) -> bool {
        self.kinds.contains(&kind) && self.roles.contains(&role)
    }
}

const fn people(roles: &'static [Role]) -> Who {
    Who { kinds: &[PrincipalKind::Human], roles }
}

const fn services(roles: &'static [Role]) -> Who {
    Who { kinds: &[PrincipalKind::Service], roles }
}

/// Whoever manages who can call at all.
const ADMINS: &Who = &people(&[Role::Admin]);
/// Whoever decides on candidates: a manager reviews as well, an admin does whatever a person does.
const REVIEWERS: &Who = &people(&[Role::Admin, Role::Manager, Role::Reviewer]);
/// Whoever can own a candidate or have a turn: any person. Which candidate and whose turn, the domain judges.
const EVERY_PERSON: &Who = &people(&[
    Role::Admin,
    Role::Manager,
    Role::Reviewer,
    Role::ProcessOwner,
    Role::Auditor,
    Role::Proposer,
    Role::DataProtection,
]);
/// People who see candidates and check proofs.
const READERS: &Who =
    &people(&[Role::Admin, Role::Manager, Role::Reviewer, Role::ProcessOwner, Role::Auditor, Role::DataProtection]);
/// People who read the record itself: what everybody said about everything.
const RECORD_READERS: &Who = &people(&[Role::Admin, Role::ProcessOwner, Role::Auditor, Role::DataProtection]);
/// Whoever answers for personal data: erases contents and holds them against it.
const ERASERS: &Who = &people(&[Role::Admin, Role::DataProtection]);
/// People who read reports; reviewers are what reports are about.
const REPORT_READERS: &Who = &people(&[Role::Admin, Role::Manager, Role::ProcessOwner, Role::Auditor]);
/// People who ask for reports.
const PROCESS_OWNERS: &Who = &people(&[Role::Admin, Role::ProcessOwner]);
/// Whoever proposes: a generator, a rule inside a service, a person.
const PROPOSERS: &Who = &Who { kinds: &PrincipalKind::ALL, roles: &[Role::Proposer] };
const AUDITING_SERVICES: &Who = &services(&[Role::Auditor]);
const EXECUTORS: &Who = &services(&[Role::Executor]);
const RELAYS: &Who = &services(&[Role::Relay]);

type Row = (&'static str, &'static [&'static Who]);

const ROWS: &[Row] = &[
    ("countersign.access.v1.TokenService/CreateToken", &[ADMINS]),
    ("countersign.access.v1.TokenService/ListTokens", &[ADMINS]),
    ("countersign.access.v1.TokenService/RevokeToken", &[ADMINS]),
    ("countersign.candidate.v1.TriggerService/RecordTrigger", &[PROPOSERS, ADMINS]),
    ("countersign.candidate.v1.TriggerService/GetTrigger", &[READERS, PROPOSERS, AUDITING_SERVICES]),
    ("countersign.candidate.v1.TriggerService/ListTriggers", &[READERS, PROPOSERS, AUDITING_SERVICES]),
    ("countersign.candidate.v1.TriggerService/StreamTriggers", &[READERS, PROPOSERS, AUDITING_SERVICES]),
    ("countersign.candidate.v1.ProposalService/ProposeCandidate", &[PROPOSERS, ADMINS]),
    ("countersign.candidate.v1.ProposalService/StreamProposals", &[PROPOSERS, ADMINS]),
    ("countersign.candidate.v1.ProposalService/WithdrawCandidate", &[PROPOSERS, ADMINS]),
    ("countersign.candidate.v1.ProposalService/WatchOutcomes", &[PROPOSERS, ADMINS]),
    (
        "countersign.candidate.v1.ProposalService/ListActionTypes",
        &[READERS, PROPOSERS, AUDITING_SERVICES, EXECUTORS, RELAYS],
    ),
    (
        "countersign.candidate.v1.ReviewService/GetCandidate",
        &[READERS, PROPOSERS, AUDITING_SERVICES, EXECUTORS, RELAYS],
    ),
    ("countersign.candidate.v1.ReviewService/ListCandidates", &[READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.candidate.v1.ReviewService/WatchCandidates", &[READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.candidate.v1.ReviewService/ApproveCandidate", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/WithdrawApproval", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/EditCandidate", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/RejectCandidate", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/HoldCandidate", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/ReleaseCandidate", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/RequestEvidence", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/AddEvidence", &[REVIEWERS, PROPOSERS]),
    ("countersign.candidate.v1.ReviewService/AssignOwner", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/SendBackForRework", &[EVERY_PERSON]),
    ("countersign.candidate.v1.ReviewService/RetryExecution", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/SettleOutcome", &[REVIEWERS, EXECUTORS]),
    ("countersign.candidate.v1.ReviewService/DecideBatch", &[REVIEWERS]),
    ("countersign.candidate.v1.ReviewService/CountCandidates", &[READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.candidate.v1.ReviewService/ListDelegations", &[READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.candidate.v1.ReviewService/DelegateReviews", &[EVERY_PERSON]),
    ("countersign.candidate.v1.ReviewService/EndDelegation", &[EVERY_PERSON]),
    ("countersign.candidate.v1.StandingApprovalService/GrantStandingApproval", &[REVIEWERS]),
    ("countersign.candidate.v1.StandingApprovalService/RevokeStandingApproval", &[REVIEWERS]),
    ("countersign.candidate.v1.StandingApprovalService/GetStandingApproval", &[READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.candidate.v1.StandingApprovalService/ListStandingApprovals", &[READERS, AUDITING_SERVICES, RELAYS]),
    (
        "countersign.candidate.v1.PolicyService/GetPolicyRevision",
        &[READERS, PROPOSERS, AUDITING_SERVICES, EXECUTORS, RELAYS],
    ),
    (
        "countersign.candidate.v1.PolicyService/ListPolicyRevisions",
        &[READERS, PROPOSERS, AUDITING_SERVICES, EXECUTORS, RELAYS],
    ),
    ("countersign.candidate.v1.PolicyService/CheckPolicy", &[READERS, PROPOSERS, AUDITING_SERVICES, EXECUTORS, RELAYS]),
    ("countersign.candidate.v1.ExecutionService/ClaimExecutions", &[EXECUTORS]),
    ("countersign.candidate.v1.ExecutionService/ExtendClaim", &[EXECUTORS]),
    ("countersign.candidate.v1.ExecutionService/ReportOutcome", &[EXECUTORS]),
    ("countersign.ledger.v1.LedgerService/AppendEntries", &[RELAYS]),
    ("countersign.ledger.v1.LedgerService/AppendStream", &[RELAYS]),
    ("countersign.ledger.v1.LedgerService/GetEntry", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.ledger.v1.LedgerService/GetEntryByKey", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.ledger.v1.LedgerService/ReadEntries", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.ledger.v1.LedgerService/SubscribeEntries", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.ledger.v1.LedgerService/GetCheckpoint", &[READERS, AUDITING_SERVICES, EXECUTORS, RELAYS]),
    ("countersign.ledger.v1.LedgerService/ProveInclusion", &[READERS, AUDITING_SERVICES, EXECUTORS, RELAYS]),
    ("countersign.ledger.v1.LedgerService/ProveCheckpoint", &[READERS, AUDITING_SERVICES, EXECUTORS, RELAYS]),
    ("countersign.ledger.v1.LedgerService/ProveConsistency", &[READERS, AUDITING_SERVICES, EXECUTORS, RELAYS]),
    ("countersign.ledger.v1.ErasureService/EraseContent", &[ERASERS]),
    ("countersign.ledger.v1.ErasureService/RepeatErasure", &[ERASERS, RELAYS]),
    ("countersign.ledger.v1.ErasureService/PlaceLegalHold", &[ERASERS]),
    ("countersign.ledger.v1.ErasureService/ReleaseLegalHold", &[ERASERS]),
    ("countersign.ledger.v1.ErasureService/FollowErasures", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.ledger.v1.ErasureService/ListLegalHolds", &[RECORD_READERS, AUDITING_SERVICES, RELAYS]),
    ("countersign.feedback.v1.FeedbackService/RunReport", &[PROCESS_OWNERS]),
    ("countersign.feedback.v1.FeedbackService/GetReport", &[REPORT_READERS]),
    ("countersign.feedback.v1.FeedbackService/ListReports", &[REPORT_READERS]),
    ("countersign.feedback.v1.FeedbackService/GetProposerFeedback", &[REPORT_READERS, PROPOSERS]),
];
