//! Which kind of principal may call which rpc under which role: one table, closed for whatever it does not name.
//!
//! It answers whether the call is possible at all. Whether this person may decide on this candidate is the review policy's
//! business, in which workspace is [`CallContext::authorize`](crate::call::CallContext::authorize)'s.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Principal, PrincipalKind, Role};

/// The roles under which principals of each kind may call one rpc.
#[derive(Debug)]
pub struct Right {
    /// The rpc's path, such as `/countersign.ledger.v1.LedgerService/GetEntry`.
    pub rpc: &'static str,
    human: &'static [Role],
    generator: &'static [Role],
    service: &'static [Role],
}

impl Right {
    /// Tells whether a principal of this kind with this role may call the rpc.
    pub fn allows(&self, kind: PrincipalKind, role: Role) -> bool {
        let roles = match kind {
            PrincipalKind::Human => self.human,
            PrincipalKind::Generator => self.generator,
            PrincipalKind::Service => self.service,
        };
        roles.contains(&role)
    }

    /// Tells whether the principal may call the rpc.
    pub fn admits(&self, principal: &Principal) -> bool {
        principal.roles().iter().any(|&role| self.allows(principal.kind(), role))
    }
}

/// Finds the right for an rpc; none means that nobody may call it.
pub fn of(rpc: &str) -> Option<&'static Right> {
    static BY_RPC: LazyLock<HashMap<&'static str, &'static Right>> =
        LazyLock::new(|| RIGHTS.iter().map(|right| (right.rpc, right)).collect());
    BY_RPC.get(rpc).copied()
}

/// Tells whether an rpc needs no token: health and reflection, which say nothing about any record.
pub fn is_open(rpc: &str) -> bool {
    const OPEN: [&str; 3] = [
        "/grpc.health.v1.Health/",
        "/grpc.reflection.v1.ServerReflection/",
        "/grpc.reflection.v1alpha.ServerReflection/",
    ];
    OPEN.iter().any(|service| rpc.starts_with(service))
}

const NONE: &[Role] = &[];
const ADMINS: &[Role] = &[Role::Admin];
const DECIDERS: &[Role] = &[Role::Admin, Role::Manager, Role::Reviewer];
const OWNERS: &[Role] = &[Role::Admin, Role::ProcessOwner];
const REPORT_READERS: &[Role] = &[Role::Admin, Role::Manager, Role::ProcessOwner, Role::Auditor];
const REPORT_READERS_AND_PROPOSERS: &[Role] =
    &[Role::Admin, Role::Manager, Role::ProcessOwner, Role::Auditor, Role::Proposer];
const READERS: &[Role] = &[Role::Admin, Role::Manager, Role::Reviewer, Role::ProcessOwner, Role::Auditor];
const READERS_AND_PROPOSERS: &[Role] =
    &[Role::Admin, Role::Manager, Role::Reviewer, Role::ProcessOwner, Role::Auditor, Role::Proposer];
const DECIDERS_AND_PROPOSERS: &[Role] = &[Role::Admin, Role::Manager, Role::Reviewer, Role::Proposer];
const ADMINS_AND_PROPOSERS: &[Role] = &[Role::Admin, Role::Proposer];
const LOG_READERS: &[Role] = &[Role::Admin, Role::Auditor, Role::ProcessOwner];
const PROPOSERS: &[Role] = &[Role::Proposer];
const EXECUTORS: &[Role] = &[Role::Executor];
const RELAYS: &[Role] = &[Role::Relay];
const RELAYS_AND_AUDITORS: &[Role] = &[Role::Relay, Role::Auditor];
const VERIFIERS: &[Role] = &[Role::Relay, Role::Auditor, Role::Executor];
const SERVICE_READERS: &[Role] = &[Role::Auditor, Role::Proposer, Role::Executor, Role::Relay];
const SERVICE_WATCHERS: &[Role] = &[Role::Auditor, Role::Relay];
const AUDITORS_AND_PROPOSERS: &[Role] = &[Role::Auditor, Role::Proposer];

macro_rules! rights {
    ($($service:literal: { $($rpc:literal: [$human:ident, $generator:ident, $service_roles:ident],)+ })+) => {
        /// Every rpc of the contract: the roles of humans, of generators, of services.
        pub static RIGHTS: &[Right] = &[$($(
            Right {
                rpc: concat!("/countersign.", $service, "/", $rpc),
                human: $human,
                generator: $generator,
                service: $service_roles,
            },
        )+)+];
    };
}

rights! {
    "access.v1.TokenService": {
        "CreateToken": [ADMINS, NONE, NONE],
        "ListTokens": [ADMINS, NONE, NONE],
        "RevokeToken": [ADMINS, NONE, NONE],
    }
    "candidate.v1.TriggerService": {
        "RecordTrigger": [ADMINS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
        "GetTrigger": [READERS_AND_PROPOSERS, PROPOSERS, AUDITORS_AND_PROPOSERS],
        "ListTriggers": [READERS_AND_PROPOSERS, PROPOSERS, AUDITORS_AND_PROPOSERS],
        "StreamTriggers": [READERS_AND_PROPOSERS, PROPOSERS, AUDITORS_AND_PROPOSERS],
    }
    "candidate.v1.ProposalService": {
        "ProposeCandidate": [ADMINS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
        "StreamProposals": [ADMINS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
        "WithdrawCandidate": [ADMINS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
        "ListActionTypes": [READERS_AND_PROPOSERS, PROPOSERS, SERVICE_READERS],
        "WatchOutcomes": [ADMINS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
    }
    "candidate.v1.ReviewService": {
        "GetCandidate": [READERS_AND_PROPOSERS, PROPOSERS, SERVICE_READERS],
        "ListCandidates": [READERS, NONE, SERVICE_WATCHERS],
        "WatchCandidates": [READERS, NONE, SERVICE_WATCHERS],
        "ApproveCandidate": [DECIDERS, NONE, NONE],
        "WithdrawApproval": [DECIDERS, NONE, NONE],
        "EditCandidate": [DECIDERS, NONE, NONE],
        "RejectCandidate": [DECIDERS, NONE, NONE],
        "HoldCandidate": [DECIDERS, NONE, NONE],
        "ReleaseCandidate": [DECIDERS, NONE, NONE],
        "RequestEvidence": [DECIDERS, NONE, NONE],
        "AddEvidence": [DECIDERS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
        "AssignOwner": [DECIDERS, NONE, NONE],
        "SendBackForRework": [DECIDERS, NONE, NONE],
        "RetryExecution": [DECIDERS, NONE, NONE],
        "SettleOutcome": [DECIDERS, NONE, EXECUTORS],
        "DecideBatch": [DECIDERS, NONE, NONE],
        "CountCandidates": [READERS, NONE, SERVICE_WATCHERS],
        "DelegateReviews": [DECIDERS, NONE, NONE],
        "ListDelegations": [READERS, NONE, SERVICE_WATCHERS],
        "EndDelegation": [DECIDERS, NONE, NONE],
    }
    "candidate.v1.StandingApprovalService": {
        "GrantStandingApproval": [DECIDERS, NONE, NONE],
        "GetStandingApproval": [READERS, NONE, SERVICE_WATCHERS],
        "ListStandingApprovals": [READERS, NONE, SERVICE_WATCHERS],
        "RevokeStandingApproval": [DECIDERS, NONE, NONE],
    }
    "candidate.v1.PolicyService": {
        "GetPolicyRevision": [READERS_AND_PROPOSERS, PROPOSERS, SERVICE_WATCHERS],
        "ListPolicyRevisions": [READERS_AND_PROPOSERS, PROPOSERS, SERVICE_WATCHERS],
        "CheckPolicy": [READERS_AND_PROPOSERS, PROPOSERS, SERVICE_WATCHERS],
    }
    "candidate.v1.ExecutionService": {
        "ClaimExecutions": [NONE, NONE, EXECUTORS],
        "ExtendClaim": [NONE, NONE, EXECUTORS],
        "ReportOutcome": [NONE, NONE, EXECUTORS],
    }
    "ledger.v1.LedgerService": {
        "AppendEntries": [NONE, NONE, RELAYS],
        "AppendStream": [NONE, NONE, RELAYS],
        "GetEntry": [LOG_READERS, NONE, RELAYS_AND_AUDITORS],
        "GetEntryByKey": [LOG_READERS, NONE, RELAYS_AND_AUDITORS],
        "ReadEntries": [LOG_READERS, NONE, RELAYS_AND_AUDITORS],
        "SubscribeEntries": [LOG_READERS, NONE, RELAYS_AND_AUDITORS],
        "GetCheckpoint": [READERS, NONE, VERIFIERS],
        "ProveInclusion": [READERS, NONE, VERIFIERS],
        "ProveConsistency": [READERS, NONE, VERIFIERS],
    }
    "feedback.v1.FeedbackService": {
        "RunReport": [OWNERS, NONE, NONE],
        "GetReport": [REPORT_READERS, NONE, NONE],
        "ListReports": [REPORT_READERS, NONE, NONE],
        "GetProposerFeedback": [REPORT_READERS_AND_PROPOSERS, PROPOSERS, PROPOSERS],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    fn rpcs_of_the_contract() -> BTreeSet<String> {
        let files = FileDescriptorSet::decode(countersign_api::FILE_DESCRIPTOR_SET).expect("descriptors");
        let mut rpcs = BTreeSet::new();
        for file in &files.file {
            for service in &file.service {
                for method in &service.method {
                    rpcs.insert(format!("/{}.{}/{}", file.package(), service.name(), method.name()));
                }
            }
        }
        rpcs
    }

    #[test]
    fn every_rpc_of_the_contract_has_its_rights_and_no_other_has() {
        let named: BTreeSet<String> = RIGHTS.iter().map(|right| right.rpc.to_owned()).collect();
        assert_eq!(named.len(), RIGHTS.len(), "an rpc is named twice");
        assert_eq!(named, rpcs_of_the_contract());
    }

    #[test]
    fn what_the_table_does_not_name_is_closed() {
        assert!(of("/countersign.ledger.v1.LedgerService/Truncate").is_none());
        assert!(of("").is_none());
        assert!(!is_open("/countersign.ledger.v1.LedgerService/GetEntry"));
        assert!(!is_open("/grpc.health.v1.HealthX/Check"));
        assert!(is_open("/grpc.health.v1.Health/Check"));
    }

    #[test]
    fn no_machine_decides() {
        const DECISIONS: [&str; 12] = [
            "ApproveCandidate",
            "WithdrawApproval",
            "EditCandidate",
            "RejectCandidate",
            "HoldCandidate",
            "ReleaseCandidate",
            "RequestEvidence",
            "AssignOwner",
            "SendBackForRework",
            "RetryExecution",
            "DecideBatch",
            "CreateToken",
        ];
        for decision in DECISIONS {
            let right = RIGHTS.iter().find(|right| right.rpc.ends_with(decision)).expect(decision);
            for role in Role::ALL {
                assert!(!right.allows(PrincipalKind::Generator, role), "{decision} by a generator as {role}");
                assert!(!right.allows(PrincipalKind::Service, role), "{decision} by a service as {role}");
            }
        }
    }

    #[test]
    fn an_admin_may_do_whatever_a_person_may() {
        for right in RIGHTS {
            assert!(right.human.is_empty() || right.human.contains(&Role::Admin), "{}", right.rpc);
        }
    }

    /// The whole table as a reviewer reads it: a changed right is a changed line.
    #[test]
    fn the_matrix_stays_as_it_is() {
        let mut matrix = String::new();
        for right in RIGHTS {
            writeln!(matrix, "{}", right.rpc).expect("a string takes it");
            for kind in PrincipalKind::ALL {
                let roles: Vec<&str> =
                    Role::ALL.into_iter().filter(|&role| right.allows(kind, role)).map(Role::name).collect();
                if !roles.is_empty() {
                    writeln!(matrix, "    {}: {}", kind.collection(), roles.join(" ")).expect("a string takes it");
                }
            }
        }
        insta::assert_snapshot!(matrix);
    }
}
