//! Why a command is refused.

use countersign_api::{etag::Etag, name::CandidateName};
use service_kit::access::{PrincipalId, Role};

use super::{ActionTypeName, Candidate, Doer, Moment, Person, StateName, Verb, allowed_transitions};

/// Why a command is refused. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The etag is not of the present revision.
    #[error(
        "`{candidate}` changed since you read it (etag `{given}`, now `{present}` in state `{state}`): read it again and decide again"
    )]
    StaleEtag {
        /// The candidate.
        candidate: CandidateName,
        /// The etag in the command.
        given: Etag,
        /// The present one.
        present: Etag,
        /// The present state.
        state: StateName,
        /// What is legal now.
        allowed: Vec<Verb>,
    },
    /// The transition is not legal in the present state.
    #[error("`{verb}` is not possible for `{candidate}` in state `{state}`{}: {}", because(.reason), way_out(.allowed))]
    IllegalTransition {
        /// The candidate.
        candidate: CandidateName,
        /// What was asked.
        verb: Verb,
        /// The present state.
        state: StateName,
        /// What is legal now.
        allowed: Vec<Verb>,
        /// The present etag.
        etag: Etag,
        /// What stands in the way besides the state's name, e.g. a moment that has not come; empty when nothing does.
        reason: String,
    },
    /// The caller may not do this.
    #[error("`{verb}` is not yours to do: {reason}")]
    NotEntitled {
        /// What was asked.
        verb: Verb,
        /// Why not, and who may.
        reason: NotEntitled,
    },
    /// The caller may not do this, which is no transition of a candidate.
    #[error("to {what} is not yours to do: {reason}")]
    NotYours {
        /// What was asked, e.g. `pass this turn on`.
        what: &'static str,
        /// Why not, and who may.
        reason: NotEntitled,
    },
    /// The digest is not the present payload's.
    #[error(
        "the digest is not that of the present payload of `{candidate}`: read it again and approve what it says now"
    )]
    DigestMismatch {
        /// The candidate.
        candidate: CandidateName,
    },
    /// Others about the same field were approved already, and the approval does not name them.
    #[error(
        "`{candidate}` changes what {} is approved to change: look at it, then name it in `acknowledged_conflicts`", listed(.unseen)
    )]
    ConflictUnseen {
        /// The candidate.
        candidate: CandidateName,
        /// The others that were not named.
        unseen: Vec<CandidateName>,
    },
    /// Its contents were erased, and this needs them.
    #[error(
        "`{verb}` needs what `{candidate}` said, which ledger entry `{entry_index}` erased: propose it again if it is still wanted"
    )]
    ContentErased {
        /// The candidate.
        candidate: CandidateName,
        /// What was asked.
        verb: Verb,
        /// Index of the ledger entry that erased it.
        entry_index: u64,
    },
    /// The fence is not the last one given out: another claim was made since.
    #[error(
        "fence `{given}` is not the last one given out, which is `{present}`: stop this attempt, it is no longer yours"
    )]
    FenceStale {
        /// The fence in the command.
        given: u64,
        /// The last one given out.
        present: u64,
    },
    /// The JSON Patch does not apply.
    #[error("the patch does not apply{}: {reason}", at_operation(.operation.as_ref()))]
    Patch {
        /// Index of the failing operation, from 0; none when the text is no patch.
        operation: Option<usize>,
        /// Why, and what would.
        reason: String,
    },
    /// The payload is not JSON or breaks its action type's schema.
    #[error("the payload {} refused: {reason}", at_pointer(.pointer))]
    Payload {
        /// JSON Pointer to the offending place; empty for the whole.
        pointer: String,
        /// Why, without the payload's values.
        reason: String,
    },
    /// The payload is too long.
    #[error("the payload has `{bytes}` bytes in canonical form, `{max_bytes}` are allowed: shorten it")]
    PayloadTooLarge {
        /// Its length in canonical form.
        bytes: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// The catalogue has no such action type.
    #[error("the action catalogue has no `{name}`: list the action types and choose one")]
    ActionTypeUnknown {
        /// The name.
        name: String,
    },
    /// The policy has a person look at each of them.
    #[error("`{action_type}` cannot be approved ahead: {reason}")]
    NotAhead {
        /// The action type.
        action_type: ActionTypeName,
        /// Why, and what would help.
        reason: String,
    },
    /// A field is missing, too long or not of its form.
    #[error("`{field}` is refused: {reason}")]
    Malformed {
        /// The field, as the contract names it, e.g. `evidence[3].title`.
        field: String,
        /// Why, and what would do.
        reason: String,
    },
}

/// Why a caller may not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEntitled {
    /// Only people may.
    #[error("only a person may, `{0}` is none")]
    NotAPerson(PrincipalId),
    /// None of the roles that may is held.
    #[error("it takes one of the roles {}", listed(.wanted))]
    RoleMissing {
        /// Roles that may; one is enough.
        wanted: Vec<Role>,
    },
    /// Only the clock may.
    #[error("only the clock may")]
    NotTheClock,
    /// Only its proposer may.
    #[error("only its proposer `{0}` may; a reviewer can `reject` it instead")]
    NotTheProposer(PrincipalId),
    /// Only its proposer, services that propose and people who decide add evidence.
    #[error("only its proposer `{0}`, a service with the role `proposer` or a person who decides may")]
    NotTheirEvidence(PrincipalId),
    /// Only the executor that holds the claim may.
    #[error("only `{0}`, who holds the claim, may")]
    NotTheClaimHolder(PrincipalId),
    /// Only whose turn it is, or who manages, may pass it on.
    #[error("only `{0}` or a manager may")]
    NotTheirTurn(Person),
    /// There is no approval of theirs to take back.
    #[error("`{0}` has no approval on it that could be taken back")]
    NoApproval(PrincipalId),
    /// They proposed it, and policy asks for four eyes.
    #[error("policy asks for a second person, and `{0}` proposed it")]
    OwnProposal(Person),
    /// They edited the payload, and policy asks for four eyes.
    #[error("policy asks for a second person, and `{0}` edited it")]
    OwnEdit(Person),
    /// They approved it already.
    #[error("`{0}` approved it already, and the quorum counts different people")]
    ApprovedAlready(Person),
    /// Policy has it decided singly, and it was sent together with others.
    #[error("policy has it decided singly, looked at by itself: send the same decision alone, with its own rpc")]
    SinglyOnly,
    /// Policy names other roles.
    #[error("policy lets only the roles {} approve it", listed(.wanted))]
    ApproverRoleMissing {
        /// Roles that policy lets approve; one is enough.
        wanted: Vec<Role>,
    },
}

impl NotEntitled {
    /// Tells whether the review policy says no, rather than the caller's kind and roles.
    pub const fn by_policy(&self) -> bool {
        match self {
            Self::OwnProposal(_)
            | Self::OwnEdit(_)
            | Self::ApprovedAlready(_)
            | Self::SinglyOnly
            | Self::ApproverRoleMissing { .. } => true,
            Self::NotAPerson(_)
            | Self::RoleMissing { .. }
            | Self::NotTheClock
            | Self::NotTheProposer(_)
            | Self::NotTheirEvidence(_)
            | Self::NotTheClaimHolder(_)
            | Self::NotTheirTurn(_)
            | Self::NoApproval(_) => false,
        }
    }
}

impl Refusal {
    /// Refuses a field of a request.
    pub fn malformed(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Malformed { field: field.into(), reason: reason.into() }
    }
}

impl Refusal {
    /// Refuses a decision on what the candidate was before.
    pub(super) fn stale(candidate: &Candidate, given: Etag) -> Self {
        Self::StaleEtag {
            candidate: candidate.name.clone(),
            given,
            present: candidate.etag(),
            state: candidate.state.name(),
            allowed: allowed_transitions(candidate).to_vec(),
        }
    }

    /// Refuses a transition that the candidate's state, or what the state carries, rules out.
    pub(super) fn illegal(candidate: &Candidate, verb: Verb, reason: impl Into<String>) -> Self {
        Self::IllegalTransition {
            candidate: candidate.name.clone(),
            verb,
            state: candidate.state.name(),
            allowed: allowed_transitions(candidate).to_vec(),
            etag: candidate.etag(),
            reason: reason.into(),
        }
    }

    /// Refuses a transition whose moment has not come.
    pub(super) fn too_early(candidate: &Candidate, verb: Verb, at: Moment) -> Self {
        Self::illegal(candidate, verb, format!("not before `{at}`"))
    }

    /// Refuses a transition whose moment has passed.
    pub(super) fn too_late(candidate: &Candidate, verb: Verb, at: Moment) -> Self {
        Self::illegal(candidate, verb, format!("its time ran out at `{at}`"))
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(" ({reason})") }
}

fn way_out(allowed: &[Verb]) -> String {
    if allowed.is_empty() {
        "nothing more can happen to it".to_owned()
    } else {
        let moves: Vec<String> = Doer::ALL.into_iter().filter_map(|doer| moves_of(doer, allowed)).collect();
        moves.join("; ")
    }
}

/// Says what one doer can do now, if anything.
fn moves_of(doer: Doer, allowed: &[Verb]) -> Option<String> {
    let own: Vec<Verb> = allowed.iter().copied().filter(|verb| Doer::of(*verb) == doer).collect();
    (!own.is_empty()).then(|| format!("{} can {}", doer.as_str(), listed(&own)))
}

fn listed<T: std::fmt::Display>(items: &[T]) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    quoted.join(", ")
}

fn at_pointer(pointer: &str) -> String {
    if pointer.is_empty() { "itself is".to_owned() } else { format!("is at `{pointer}`") }
}

fn at_operation(operation: Option<&usize>) -> String {
    operation.map_or_else(String::new, |index| format!(" at operation `{index}`"))
}
