use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{ApprovalCause, CandidateEvent, CandidateProposed, LossCause, ReleaseCause};

use super::execution::{failure_text, result_lines};
use super::payload::short_digest;
use super::review::{fault_name, rejection_name};
use super::wire_name::bare;
use crate::candidate_text::short_id;
use crate::output::{counted, moment_or};

/// Returns what happened, in a word or two.
pub fn event_name(event: &CandidateEvent) -> &'static str {
    let Some(event) = &event.event else { return "something that this release does not know" };
    match event {
        Event::CandidateProposed(_) => "proposed",
        Event::EvidenceAdded(_) => "evidence added",
        Event::EvidenceRequested(_) => "evidence requested",
        Event::OwnerAssigned(_) => "owner assigned",
        Event::CandidateEdited(_) => "edited",
        Event::ApprovalCollected(_) => "approval collected",
        Event::CandidateApproved(_) => "approved",
        Event::ApprovalWithdrawn(_) => "approval withdrawn",
        Event::CandidateRejected(_) => "rejected",
        Event::CandidateHeld(_) => "held",
        Event::CandidateReleased(_) => "released",
        Event::CandidateWithdrawn(_) => "withdrawn",
        Event::CandidateExpired(_) => "expired",
        Event::ExecutionStarted(_) => "execution started",
        Event::ClaimExtended(_) => "claim extended",
        Event::CandidateExecuted(_) => "executed",
        Event::ExecutionFailed(_) => "execution failed",
        Event::OutcomeLost(_) => "outcome lost",
        Event::OutcomeSettled(_) => "outcome settled",
        Event::CandidateSentBack(_) => "sent back for rework",
        Event::CandidateEscalated(_) => "escalated",
    }
}

/// Returns the digest of the payload that an event brought; none when it left the payload as it was.
pub fn new_digest(event: &CandidateEvent) -> Option<&[u8]> {
    let payload = match &event.event {
        Some(Event::CandidateProposed(proposed)) => proposed.payload.as_ref(),
        Some(Event::CandidateEdited(edited)) => edited.payload.as_ref(),
        Some(_) | None => None,
    };
    payload.map(|payload| payload.digest.as_slice())
}

/// Returns why and exactly what, a line each; empty when the name says it all.
pub fn event_text(event: &CandidateEvent) -> String {
    let Some(event) = &event.event else { return String::new() };
    match event {
        Event::CandidateProposed(proposed) => proposed_text(proposed),
        Event::EvidenceAdded(added) => {
            let titles = added.evidence.iter().map(|evidence| evidence.title.as_str()).collect::<Vec<_>>().join("; ");
            let met = if added.requirement_met { "; this met what was asked for" } else { "" };
            let left = added.still_asked.as_ref().map_or_else(String::new, |question| {
                format!("; still to come, of kind: {}", question.kinds.join(", "))
            });
            format!("{titles}{met}{left}{}", dropped(added.approvals_dropped))
        }
        Event::EvidenceRequested(requested) => {
            let question = requested.question.as_ref().map_or("", |question| &question.question);
            format!("{question}{}", dropped(requested.approvals_dropped))
        }
        Event::OwnerAssigned(assigned) => {
            let before = if assigned.owner_before.is_empty() { "nobody" } else { &assigned.owner_before };
            format!("{before} → {}\n{}", assigned.owner, assigned.note)
        }
        Event::CandidateEdited(edited) => {
            let after = edited.payload.as_ref().map_or_else(String::new, |payload| short_digest(&payload.digest));
            let before = short_digest(&edited.digest_before);
            let fell = dropped(edited.approvals_dropped);
            format!("{}\n{}\ndigest {before} → {after}{fell}", edited.patch_json, edited.note)
        }
        Event::ApprovalCollected(collected) => {
            let digest = short_digest(&collected.digest);
            let beside = beside(&collected.acknowledged_conflicts);
            format!("digest {digest}, {} of {}\n{beside}\n{}", collected.approvals, collected.quorum, collected.note)
        }
        Event::CandidateApproved(approved) => {
            let by = match approved.cause() {
                ApprovalCause::Review | ApprovalCause::Unspecified => "",
                ApprovalCause::Retry => ", as another try",
                ApprovalCause::Settlement => ", as what follows a settlement",
                ApprovalCause::StandingApproval => ", by a standing approval given ahead",
            };
            let until = moment_or(approved.approval_expire_time.as_ref(), "it is executed");
            let digest = short_digest(&approved.digest);
            let beside = beside(&approved.acknowledged_conflicts);
            let standing = &approved.standing_approval;
            format!("digest {digest}{by}, stands until {until}\n{beside}\n{standing}\n{}", approved.note)
        }
        Event::ApprovalWithdrawn(withdrawn) => {
            format!("{}\n{} now", withdrawn.note, approvals(withdrawn.approvals, "stands", "stand"))
        }
        Event::CandidateRejected(rejected) => format!("{}: {}", rejection_name(rejected.reason()), rejected.note),
        Event::CandidateHeld(held) => {
            let evidence = if held.until_evidence { " or new evidence" } else { "" };
            let until = moment_or(held.until_time.as_ref(), "somebody releases it");
            format!("{}\nuntil {until}{evidence}", held.reason)
        }
        Event::CandidateReleased(released) => match released.cause() {
            ReleaseCause::Unspecified | ReleaseCause::Reviewer => String::new(),
            ReleaseCause::Time => "its time was over".to_owned(),
            ReleaseCause::Evidence => "the awaited evidence came".to_owned(),
        },
        Event::CandidateWithdrawn(withdrawn) => format!("{}\n{}", withdrawn.reason, withdrawn.superseded_by),
        Event::CandidateExpired(expired) => format!("it was due by {}", moment_or(expired.expire_time.as_ref(), "-")),
        Event::ExecutionStarted(started) => format!(
            "attempt {}, fence {}, digest {}, by the approval at entry {}, key {}",
            started.attempt_number,
            started.fence,
            short_digest(&started.digest),
            started.approving_entry_index,
            started.idempotency_key
        ),
        Event::ClaimExtended(extended) => format!("until {}", moment_or(extended.lease_expire_time.as_ref(), "-")),
        Event::CandidateExecuted(executed) => {
            executed.result.as_ref().map_or_else(String::new, |result| result_lines(result).join("\n"))
        }
        Event::ExecutionFailed(failed) => {
            let again =
                failed.retry_after.as_ref().map_or_else(String::new, |after| format!(", again in {} s", after.seconds));
            failed.failure.as_ref().map_or_else(String::new, |failure| failure_text(failure) + &again)
        }
        Event::OutcomeLost(lost) => {
            let cause = bare(LossCause::try_from(lost.cause).unwrap_or_default().as_str_name(), "LOSS_CAUSE_");
            format!("{cause}\n{}", lost.message)
        }
        Event::OutcomeSettled(settled) => {
            let result = settled.result.as_ref().map_or_else(Vec::new, result_lines).join("\n");
            let failure = settled.failure.as_ref().map_or_else(String::new, failure_text);
            format!("{}\n{result}\n{failure}", settled.finding)
        }
        Event::CandidateSentBack(sent) => format!("{}\nthe fault lay in: {}", sent.reason, fault_name(sent.fault())),
        Event::CandidateEscalated(escalated) => format!("step {}, to {}", escalated.step, escalated.to),
    }
}

/// Names what an approver saw beside it.
fn beside(conflicts: &[String]) -> String {
    if conflicts.is_empty() {
        return String::new();
    }
    let seen: Vec<&str> = conflicts.iter().map(|name| short_id(name)).collect();
    format!("seen beside it: {}", seen.join(", "))
}

fn proposed_text(proposed: &CandidateProposed) -> String {
    let digest = proposed.payload.as_ref().map_or_else(String::new, |payload| short_digest(&payload.digest));
    let owner = owner_text(proposed);
    let Some(used) = &proposed.standing_approval_use else { return format!("{owner}digest {digest}") };
    let drawn = if used.drawn_for_audit { "; drawn for a person to look at all the same" } else { "" };
    let (number, by, index) = (used.use_number, &used.granted_by, used.grant_entry_index);
    let under = &used.standing_approval;
    format!("{owner}digest {digest}\nnumber {number} under {under} by {by}, granted in entry {index}{drawn}")
}

/// Says which team's the owner is, and why this one; nothing where neither is known.
fn owner_text(proposed: &CandidateProposed) -> String {
    let owner = if proposed.owner.is_empty() { "nobody" } else { &proposed.owner };
    match (proposed.owner_team.as_str(), proposed.owner_reason.as_str()) {
        ("", "") => String::new(),
        ("", reason) => format!("owner {owner}: {reason}\n"),
        (team, "") => format!("owner {owner} of team {team}\n"),
        (team, reason) => format!("owner {owner} of team {team}: {reason}\n"),
    }
}

fn dropped(count: i32) -> String {
    if count == 0 { String::new() } else { format!("\n{}", approvals(count, "fell", "fell")) }
}

fn approvals(count: i32, one: &str, many: &str) -> String {
    let count = u64::try_from(count).unwrap_or_default();
    counted(count, &format!("approval {one}"), &format!("approvals {many}"))
}
