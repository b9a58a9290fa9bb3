use countersign_api::candidate::v1::{
    Candidate, Conflict, Fault, GetCandidateResponse, Hold, PolicyVerdict, RejectionReason,
};

use super::layout::Page;
use super::payload::short_digest;
use super::wire_name::{bare, state_name, who};
use crate::output::{moment, moment_or};
use crate::refusal::command_for;

/// Says what policy asks, who has decided what so far, and what is legal now.
pub fn write(page: &mut Page, candidate: &Candidate, response: &GetCandidateResponse) {
    page.section("Review");
    page.put("owner", if candidate.owner.is_empty() { "nobody could be found" } else { &candidate.owner });
    page.put("whose turn", &candidate.turn);
    if let Some(policy) = &candidate.policy {
        page.put("policy", &policy_text(policy));
    }
    if let Some(escalation) = &candidate.escalation {
        let (at, to) = (moment(escalation.escalate_time.as_ref()), &escalation.to);
        page.put("escalated", &format!("{at} to {to}, step {}", escalation.step));
    }
    page.put_all("conflicts with", &response.conflicts.iter().map(conflict_text).collect::<Vec<_>>());
    page.put("remembered until", &moment_or(response.rejection_remembered_until.as_ref(), ""));
    for approval in &candidate.approvals {
        let said = format!(
            "{} of {} by {}\n{}",
            moment(approval.approve_time.as_ref()),
            short_digest(&approval.digest),
            who(approval.approver.as_ref()),
            approval.note
        );
        page.put("approved", said.trim_end());
    }
    page.put("standing approval", &candidate.standing_approval);
    if let Some(question) = &candidate.evidence_question {
        let asked_by = question.asked_by.as_ref().map_or("the action type", |principal| &principal.id);
        let kinds = if question.kinds.is_empty() { "any".to_owned() } else { question.kinds.join(", ") };
        page.put("evidence asked", &format!("{}\nby {asked_by}, of kind: {kinds}", question.question));
    }
    if let Some(hold) = &candidate.hold {
        page.put("held", &hold_text(hold));
    }
    if let Some(rejection) = &candidate.rejection {
        let reason = rejection_name(rejection.reason());
        page.put("rejected", &format!("{reason}, by {}\n{}", who(rejection.rejected_by.as_ref()), rejection.note));
    }
    if let Some(rework) = &candidate.rework {
        let fault = fault_name(rework.fault());
        page.put("sent back", &format!("{}\nthe fault lay in: {fault}", rework.reason));
    }
    page.put("due", &moment_or(candidate.due_time.as_ref(), ""));
    page.put("expires", &moment_or(candidate.expire_time.as_ref(), ""));
    let commands: Vec<&str> =
        response.allowed_transitions.iter().filter_map(|transition| command_for(transition)).collect();
    page.put("possible now", &commands.join(", "));
}

fn conflict_text(conflict: &Conflict) -> String {
    format!("{} ({}) about {}", conflict.candidate, state_name(conflict.state), conflict.subject)
}

/// Returns a rejection's reason as the domain writes it.
pub fn rejection_name(reason: RejectionReason) -> &'static str {
    bare(reason.as_str_name(), "REJECTION_REASON_")
}

/// Returns where a fault lay as the domain writes it.
pub fn fault_name(fault: Fault) -> &'static str {
    bare(fault.as_str_name(), "FAULT_")
}

fn policy_text(policy: &PolicyVerdict) -> String {
    let people = if policy.quorum == 1 { "person" } else { "people" };
    let four_eyes = if policy.four_eyes { ", nobody their own proposal or edit" } else { "" };
    let roles = policy.approver_roles.join(" or ");
    let mut lines = vec![format!("{} {people} with role {roles} must approve{four_eyes}", policy.quorum)];
    lines.extend(policy.reasons.iter().cloned());
    lines.push(format!("judged by policy {}", short_digest(&policy.policy_digest)));
    lines.join("\n")
}

fn hold_text(hold: &Hold) -> String {
    let end = match (hold.until_time.as_ref(), hold.until_evidence) {
        (Some(time), false) => format!("until {}", moment(Some(time))),
        (Some(time), true) => format!("until {} or new evidence", moment(Some(time))),
        (None, true) => "until new evidence".to_owned(),
        (None, false) => "until somebody releases it".to_owned(),
    };
    let before = state_name(hold.state_before);
    format!("{end}, by {}, was {before}\n{}", who(hold.held_by.as_ref()), hold.reason)
}
