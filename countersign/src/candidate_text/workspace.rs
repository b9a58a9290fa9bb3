use countersign_api::candidate::v1::workspace_event::Event;
use countersign_api::candidate::v1::{Delegation, PolicyRevision, StandingApproval, WorkspaceEvent};

use super::layout::Page;
use super::payload::short_digest;
use super::wire_name::who;
use crate::output::{moment, moment_or};

/// Renders what happened in a workspace beside its candidates: who did what, when and why.
pub fn workspace_event_lines(event: &WorkspaceEvent) -> String {
    let mut page = Page::new(&format!(
        "{} by {} at {}",
        name(event),
        who(event.actor.as_ref()),
        moment(event.occur_time.as_ref())
    ));
    for line in text(event).lines().filter(|line| !line.is_empty()) {
        page.put_line(line);
    }
    page.finish()
}

fn name(event: &WorkspaceEvent) -> &'static str {
    let Some(event) = &event.event else { return "something that this release does not know" };
    match event {
        Event::StandingApprovalGranted(_) => "standing approval granted",
        Event::StandingApprovalRevoked(_) => "standing approval revoked",
        Event::DelegationMade(_) => "delegation made",
        Event::DelegationEnded(_) => "delegation ended",
        Event::PolicyApplied(_) => "review policy applied",
    }
}

fn text(event: &WorkspaceEvent) -> String {
    let Some(event) = &event.event else { return String::new() };
    match event {
        Event::StandingApprovalGranted(granted) => granted_text(granted),
        Event::StandingApprovalRevoked(revoked) => {
            format!("{}\nit had been used {} times", revoked.reason, revoked.uses)
        }
        Event::DelegationMade(made) => delegated_text(made),
        Event::DelegationEnded(ended) => ended.note.clone(),
        Event::PolicyApplied(applied) => applied_text(applied),
    }
}

fn granted_text(granted: &StandingApproval) -> String {
    let records = match granted.record_prefix.as_str() {
        "" => "any record".to_owned(),
        prefix => format!("records under {prefix}"),
    };
    format!(
        "for `{}` by {}, {records}\nat most {} of them until {}, {} of 1,000 to a person all the same\n{}",
        granted.action_type,
        granted.proposer,
        granted.use_limit,
        moment_or(granted.expire_time.as_ref(), "-"),
        granted.audit_per_mille,
        granted.reason
    )
}

fn delegated_text(made: &Delegation) -> String {
    let (from, until) = (moment_or(made.start_time.as_ref(), "now"), moment_or(made.end_time.as_ref(), "-"));
    format!("{} → {}, from {from} until {until}\n{}", made.delegator, made.delegate, made.note)
}

fn applied_text(applied: &PolicyRevision) -> String {
    format!("revision {}, digest {}\n{}", applied.revision, short_digest(&applied.policy_digest), applied.candidate)
}
