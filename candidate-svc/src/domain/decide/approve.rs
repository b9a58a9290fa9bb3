//! Approves a digest: by review, retry and settlement alike.

use super::transcript::Transcript;
use crate::domain::limits::{CONFLICTS_MAX, NOTE_MAX_BYTES};
use crate::domain::{
    Approval, ApprovalCause, ApprovalCollected, Approve, Candidate, CandidateApproved, Context, Event, EventBody,
    Moment, Refusal, StateName, Verb, bounds, conflict, entitlement,
};

pub(super) fn decide(candidate: &Candidate, command: &Approve, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    // The clock may be late to expire it. An approval that comes after the time is late all the same.
    if context.now >= candidate.expires_at {
        return Err(Refusal::too_late(candidate, Verb::Approve, candidate.expires_at));
    }
    let transcript = Transcript::of_next(candidate, context);
    let (state, approved) =
        collect(candidate, Verb::Approve, ApprovalCause::Review, command, transcript.occurred_at(), context)?;
    Ok(transcript.then(state, approved).events())
}

/// Adds one person's approval to those that stand, and says what that makes: every return to `APPROVED` by a person passes here.
pub(super) fn collect(
    candidate: &Candidate,
    verb: Verb,
    cause: ApprovalCause,
    command: &Approve,
    approved_at: Moment,
    context: &Context<'_>,
) -> Result<(StateName, EventBody), Refusal> {
    let approver = entitlement::approver(candidate, context).map_err(|reason| Refusal::NotEntitled { verb, reason })?;
    // What the catalogue does not have any more could not be carried out.
    context.catalogued(&candidate.proposal.action_type)?;
    let digest = candidate.payload.digest();
    if command.digest != digest {
        return Err(Refusal::DigestMismatch { candidate: candidate.name.clone() });
    }
    bounds::text("note", &command.note, NOTE_MAX_BYTES)?;
    let seen = &command.acknowledged_conflicts;
    bounds::count("acknowledged_conflicts", seen.len(), CONFLICTS_MAX)?;
    conflict::check_seen(candidate, seen, context.rivals)?;

    let note = command.note.clone();
    let acknowledged_conflicts = context.rivals.iter().map(|rival| rival.candidate.clone()).collect();
    let approvals = candidate.approval_count() + 1;
    let quorum = candidate.policy.quorum;
    if approvals < quorum {
        let collected = ApprovalCollected { digest, note, approvals, quorum, acknowledged_conflicts };
        return Ok((candidate.state.name(), EventBody::ApprovalCollected(collected)));
    }
    let mine = Approval { approver, digest, approved_at, note: note.clone() };
    let stands = CandidateApproved {
        digest,
        note,
        cause,
        approvals: candidate.approvals.iter().cloned().chain([mine]).collect(),
        standing_approval: None,
        acknowledged_conflicts,
        valid_until: approved_at.plus_secs(candidate.policy.approval_valid_for_secs),
    };
    Ok((StateName::Approved, EventBody::CandidateApproved(stands)))
}
