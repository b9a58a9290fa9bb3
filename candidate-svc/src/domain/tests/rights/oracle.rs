//! Who may do what, when.
//!
//! Written from the words of the domain and nothing else: no line of it calls the code that it judges, and it knows of a candidate only
//! what its scene says. A role that a kind cannot hold counts for nothing here, whatever a token claims.

use service_kit::access::{PrincipalKind, Role};

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It happens.
    Done,
    /// Not in this state, whoever asks.
    NotNow,
    /// Not for this caller.
    NotYours,
}

/// What a caller has to do with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They proposed it.
    OwnProposal,
    /// They edited it.
    OwnEdit,
    /// They own it.
    Owner,
    /// An approval of theirs stands.
    ApprovedAlready,
    /// An approval that they gave ahead stands.
    GaveAhead,
    /// They ran the last attempt.
    ClaimHolder,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    /// None is the clock.
    pub(crate) kind: Option<PrincipalKind>,
    pub(crate) roles: &'a [Role],
    pub(crate) relation: Option<Relation>,
}

/// How the review policy judged the candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) four_eyes: bool,
    pub(crate) approver_roles: &'a [Role],
}

enum Who {
    Clock,
    ItsProposer,
    ProposingService,
    Reviewer,
    Approver,
    WhoseApprovalStands,
    Owner,
    Executor,
    ClaimHolder,
}

type Row = (&'static str, &'static [&'static str], &'static [Who]);

const OPEN: &[&str] = &["PROPOSED", "NEEDS_EVIDENCE", "NEEDS_OWNER", "EDITED", "HELD"];
const EXECUTING: &[&str] = &["EXECUTING"];
const UNKNOWN: &[&str] = &["OUTCOME_UNKNOWN"];

/// One row for each thing that can be asked: in which states it is possible, and for whom. An approval in doubt is one under which an
/// attempt ended and nobody knows how.
const ROWS: &[Row] = &[
    ("add_evidence", OPEN, &[Who::ItsProposer, Who::Reviewer, Who::ProposingService]),
    ("request_evidence", &["PROPOSED", "EDITED", "HELD", "NEEDS_OWNER"], &[Who::Reviewer]),
    ("assign_owner", OPEN, &[Who::Reviewer]),
    ("edit", &["PROPOSED", "EDITED", "HELD", "NEEDS_EVIDENCE", "FAILED", "REWORK"], &[Who::Reviewer]),
    ("approve", &["PROPOSED", "EDITED"], &[Who::Approver]),
    ("withdraw_approval", &["PROPOSED", "EDITED", "APPROVED"], &[Who::WhoseApprovalStands]),
    (
        "reject",
        &["PROPOSED", "NEEDS_EVIDENCE", "NEEDS_OWNER", "EDITED", "HELD", "APPROVED", "FAILED", "REWORK"],
        &[Who::Reviewer],
    ),
    ("hold", OPEN, &[Who::Reviewer]),
    ("release", &["HELD"], &[Who::Reviewer, Who::Clock]),
    ("withdraw", OPEN, &[Who::ItsProposer]),
    (
        "expire",
        &["PROPOSED", "NEEDS_EVIDENCE", "NEEDS_OWNER", "EDITED", "HELD", "APPROVED", "APPROVED in doubt"],
        &[Who::Clock],
    ),
    ("escalate", OPEN, &[Who::Clock]),
    ("claim", &["APPROVED", "APPROVED in doubt"], &[Who::Executor]),
    ("extend_claim", EXECUTING, &[Who::ClaimHolder]),
    ("report_success", EXECUTING, &[Who::ClaimHolder]),
    ("report_failure", EXECUTING, &[Who::ClaimHolder]),
    ("lose_track (said)", EXECUTING, &[Who::ClaimHolder]),
    ("lose_track (lapsed)", EXECUTING, &[Who::Clock]),
    // The executor that held the last fence, and a reconciler that read it: both are services that execute.
    ("settle (executed)", UNKNOWN, &[Who::Reviewer, Who::Executor]),
    ("settle (failed)", UNKNOWN, &[Who::Reviewer, Who::Executor]),
    ("settle (approve)", UNKNOWN, &[Who::Approver]),
    ("retry", &["FAILED"], &[Who::Approver]),
    ("send_back", &["EXECUTED", "FAILED"], &[Who::Reviewer, Who::Owner]),
];

/// Returns everything that can be asked.
pub(crate) fn acts() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|(act, _, _)| *act)
}

/// Says what is answered. What is impossible is impossible for everybody, so the state comes first.
pub(crate) fn answer(act: &str, state: &str, caller: &Asker<'_>, asked: &Asked<'_>) -> Answer {
    let (_, from, who) = ROWS.iter().find(|(row, _, _)| *row == act).expect("a row");
    if !from.contains(&state) {
        Answer::NotNow
    } else if who.iter().any(|who| who.includes(caller, asked)) {
        Answer::Done
    } else {
        Answer::NotYours
    }
}

/// Says who may propose: generators, people and services with the proposer's role, and an admin, who does whatever a person does.
pub(crate) fn may_propose(caller: &Asker<'_>) -> bool {
    caller.holds(Role::Proposer) || caller.holds(Role::Admin)
}

impl Asker<'_> {
    fn is(&self, kind: PrincipalKind) -> bool {
        self.kind == Some(kind)
    }

    fn holds(&self, role: Role) -> bool {
        let held_by = |kind| match role {
            Role::Admin | Role::Manager | Role::Reviewer | Role::ProcessOwner | Role::DataProtection => {
                kind == PrincipalKind::Human
            }
            Role::Auditor => kind != PrincipalKind::Generator,
            Role::Proposer => true,
            Role::Executor | Role::Relay => kind == PrincipalKind::Service,
        };
        self.roles.contains(&role) && self.kind.is_some_and(held_by)
    }

    fn has(&self, relation: Relation) -> bool {
        self.relation == Some(relation)
    }
}

impl Who {
    fn includes(&self, caller: &Asker<'_>, asked: &Asked<'_>) -> bool {
        let person = caller.is(PrincipalKind::Human);
        match self {
            Self::Clock => caller.kind.is_none(),
            Self::ItsProposer => caller.has(Relation::OwnProposal),
            Self::ProposingService => caller.is(PrincipalKind::Service) && caller.holds(Role::Proposer),
            Self::Reviewer => [Role::Reviewer, Role::Manager, Role::Admin].into_iter().any(|role| caller.holds(role)),
            Self::Approver => {
                let own = caller.has(Relation::OwnProposal) || caller.has(Relation::OwnEdit);
                let named = asked.approver_roles.iter().any(|&role| caller.holds(role));
                person && named && !(asked.four_eyes && own) && !caller.has(Relation::ApprovedAlready)
            }
            Self::WhoseApprovalStands => {
                person && (caller.has(Relation::ApprovedAlready) || caller.has(Relation::GaveAhead))
            }
            Self::Owner => caller.has(Relation::Owner),
            Self::Executor => caller.is(PrincipalKind::Service) && caller.holds(Role::Executor),
            Self::ClaimHolder => {
                let executes = caller.is(PrincipalKind::Service) && caller.holds(Role::Executor);
                executes && caller.has(Relation::ClaimHolder)
            }
        }
    }
}
