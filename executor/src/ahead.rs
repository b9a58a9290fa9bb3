//! Approvals that were given ahead: each must rest on a standing approval that the log recorded before it.

use countersign_api::{
    candidate::v1::{
        ApprovalCause, CandidateApproved, CandidateEvent, Permit, StandingApprovalProof, candidate_event::Event,
    },
    name::{CandidateName, StandingApprovalName},
};
use ledger_format::{
    Hash, Leaf, PrincipalKind, RecordedApproval, Salt, commit_content, leaf, leaf_hash, proof, verify_inclusion,
};
use prost::Message as _;

/// Kind of the entry by which a person approves a category ahead.
const GRANTING_KIND: &str = "standing_approval_granted";

/// The revision that a proposal makes. An approval in it was given before anybody could look at the candidate.
const PROPOSED_REVISION: u64 = 1;

/// Why an approval given ahead permits nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("the approval was given ahead, and the permit does not show the standing approval that it rests on")]
    ProofMissing,
    #[error("`standing_approval_proof.{field}` is not of its form")]
    Malformed { field: &'static str },
    #[error("what the permit says to be the approval's content is not what its leaf commits to")]
    ContentDiffers,
    #[error("the approval does not name a standing approval of its workspace as its cause")]
    NotByStandingApproval,
    #[error("the grant stands in entry `{grant}`, not before the approval in entry `{approval}`")]
    GrantNotBefore { grant: u64, approval: u64 },
    #[error("the grant's leaf does not decode")]
    Leaf(#[from] leaf::Error),
    #[error(
        "the entry that is said to record the grant is not the grant of `{expected}` by whoever the approval is of"
    )]
    NotTheGrant { expected: String },
    #[error("the grant is not proved to stand in the log")]
    Inclusion(#[from] proof::Error),
}

/// Checks that a recorded approval is somebody's own, or rests on a standing approval that the same person gave, on record before it.
pub(crate) fn verify(permit: &Permit, approval: &RecordedApproval) -> Result<(), Error> {
    match &permit.standing_approval_proof {
        Some(shown) => verify_shown(shown, approval),
        None if approval.revision() == PROPOSED_REVISION => Err(Error::ProofMissing),
        None => Ok(()),
    }
}

fn verify_shown(shown: &StandingApprovalProof, approval: &RecordedApproval) -> Result<(), Error> {
    let malformed = |field| Error::Malformed { field };
    let salt = Salt::try_from(shown.approving_salt.as_slice()).map_err(|_| malformed("approving_salt"))?;
    if commit_content(&salt, &shown.approving_content) != approval.leaf().commitment {
        return Err(Error::ContentDiffers);
    }
    let name = cause_of(&shown.approving_content, approval).ok_or(Error::NotByStandingApproval)?;
    let index = u64::try_from(shown.grant_entry_index).map_err(|_| malformed("grant_entry_index"))?;
    let approved_at = approval.receipt().index;
    if index >= approved_at {
        return Err(Error::GrantNotBefore { grant: index, approval: approved_at });
    }
    let grant = Leaf::decode(&shown.grant_entry_leaf)?;
    if !is_grant(&grant, &name, approval.leaf()) {
        return Err(Error::NotTheGrant { expected: name.to_string() });
    }
    let hash = |bytes: &Vec<u8>| Hash::try_from(bytes.as_slice()).map_err(|_| malformed("grant_inclusion_proof"));
    let hashes: Vec<Hash> = shown.grant_inclusion_proof.iter().map(hash).collect::<Result<_, _>>()?;
    let checkpoint = approval.checkpoint();
    verify_inclusion(index, checkpoint.size(), &hashes, leaf_hash(&shown.grant_entry_leaf), checkpoint.root())?;
    Ok(())
}

/// Reads which standing approval led to the approval.
fn cause_of(content: &[u8], approval: &RecordedApproval) -> Option<StandingApprovalName> {
    let event = CandidateEvent::decode(content).ok()?;
    let Some(Event::CandidateApproved(CandidateApproved { cause, standing_approval, .. })) = event.event else {
        return None;
    };
    let name: StandingApprovalName = standing_approval.parse().ok()?;
    let candidate: CandidateName = approval.candidate().parse().ok()?;
    let is_cause = ApprovalCause::try_from(cause) == Ok(ApprovalCause::StandingApproval);
    (is_cause && event.candidate == approval.candidate() && name.workspace == candidate.workspace).then_some(name)
}

fn is_grant(grant: &Leaf<&str>, name: &StandingApprovalName, approving: &Leaf) -> bool {
    grant.origin == approving.origin
        && grant.kind == GRANTING_KIND
        && grant.subject == name.to_string()
        && grant.principal_kind == PrincipalKind::Human
        && grant.principal_reference == approving.principal_reference
}
