//! The row of an entry: its leaf's fields and what its event says.

use std::borrow::Cow;
use std::str::FromStr;

use countersign_api::candidate::v1::{CandidateEvent, State};
use countersign_api::name::CandidateName;
use countersign_api::r#type::v1::Principal;
use ledger_format::{Hash, Leaf, PrincipalKind};

use super::label::label;
use super::reading::Reading;
use super::time::micros;
use super::{decision, execution, proposal, workspace};
use crate::export::column::Word;
use crate::export::disguise::Disguise;
use crate::export::edit::Edited;
use crate::export::row::Row;

/// Makes the row of an entry that was checked.
pub(in crate::export) fn row_of<'a>(
    index: u64,
    leaf_bytes: &'a [u8],
    leaf_hash: &'a Hash,
    leaf: &Leaf<&'a str>,
    reading: &'a Reading,
    edited: &'a Edited,
    disguise: &mut Disguise,
) -> Row<'a> {
    let mut row = Row {
        entry_index: index,
        leaf: leaf_bytes,
        leaf_hash: leaf_hash.as_bytes(),
        kind: Some(leaf.kind.into()),
        candidate: Some(leaf.subject.into()),
        candidate_slice: slice_of(leaf.subject),
        revision: leaf.subject_revision,
        actor_kind: Some(leaf.principal_kind.as_str().into()),
        actor: Some(leaf.principal_reference.into()),
        appended_at: Some(leaf.appended_at_us),
        reading: Some(reading.word()),
        ..Row::default()
    };
    match reading {
        Reading::Known(event) => {
            row.person = person(leaf, event.actor.as_ref(), disguise);
            row.proposer = proposer(leaf, event);
            tell(&mut row, event, edited, disguise);
        }
        Reading::KnownOfWorkspace(event) => {
            row.person = person(leaf, event.actor.as_ref(), disguise);
            workspace::tell(&mut row, event, disguise);
        }
        Reading::KnownOfCustody | Reading::UnknownKind | Reading::Erased | Reading::Unreadable => {}
    }
    row
}

/// Returns the slice that a candidate is in: the last byte of its id. None when the subject is no candidate.
pub(in crate::export) fn slice_of(subject: &str) -> Option<i32> {
    let name = CandidateName::from_str(subject).ok()?;
    name.id.as_bytes().last().copied().map(i32::from)
}

fn tell<'a>(row: &mut Row<'a>, event: &'a CandidateEvent, edited: &'a Edited, disguise: &mut Disguise) {
    use countersign_api::candidate::v1::candidate_event::Event;

    row.ordinal = Some(event.ordinal);
    row.occurred_at = micros(event.occur_time.as_ref());
    row.simulated = Some(event.simulated);
    row.state = label::<State>(event.state);
    match event.event.as_ref() {
        Some(Event::CandidateProposed(proposed)) => proposal::proposed(row, proposed, disguise),
        Some(Event::EvidenceAdded(added)) => proposal::evidence_added(row, added),
        Some(Event::EvidenceRequested(requested)) => decision::evidence_requested(row, requested),
        Some(Event::OwnerAssigned(assigned)) => row.owner = disguise.person(&assigned.owner).map(Cow::Owned),
        Some(Event::CandidateEdited(event)) => decision::edited(row, event, edited),
        Some(Event::ApprovalCollected(collected)) => decision::approval_collected(row, collected),
        Some(Event::CandidateApproved(approved)) => decision::approved(row, approved),
        Some(Event::ApprovalWithdrawn(withdrawn)) => row.approvals = Some(withdrawn.approvals),
        Some(Event::CandidateRejected(rejected)) => decision::rejected(row, rejected),
        Some(Event::CandidateHeld(held)) => decision::held(row, held),
        Some(Event::CandidateReleased(released)) => decision::released(row, *released),
        Some(Event::CandidateWithdrawn(withdrawn)) => decision::withdrawn(row, withdrawn),
        Some(Event::CandidateExpired(expired)) => row.expires_at = micros(expired.expire_time.as_ref()),
        Some(Event::CandidateEscalated(escalated)) => decision::escalated(row, escalated, disguise),
        Some(Event::ExecutionStarted(started)) => execution::started(row, started),
        Some(Event::ClaimExtended(extended)) => execution::extended(row, extended),
        Some(Event::CandidateExecuted(executed)) => execution::executed(row, executed),
        Some(Event::ExecutionFailed(failed)) => execution::failed(row, failed),
        Some(Event::OutcomeLost(lost)) => execution::lost(row, lost),
        Some(Event::OutcomeSettled(settled)) => execution::settled(row, settled),
        Some(Event::CandidateSentBack(sent_back)) => execution::sent_back(row, sent_back),
        // A reading without event is unreadable.
        None => {}
    }
}

/// Returns the exporter's pseudonym of the person that acted; none when a machine did.
fn person(leaf: &Leaf<&str>, actor: Option<&Principal>, disguise: &mut Disguise) -> Word<'static> {
    let actor = actor.filter(|_| leaf.principal_kind == PrincipalKind::Human)?;
    disguise.person(&actor.id).map(Cow::Owned)
}

/// A machine is named by its id, a person by the leaf's pseudonym.
fn proposer<'a>(leaf: &Leaf<&'a str>, event: &'a CandidateEvent) -> Word<'a> {
    use countersign_api::candidate::v1::candidate_event::Event;

    let Some(Event::CandidateProposed(_)) = event.event else { return None };
    match leaf.principal_kind {
        PrincipalKind::Human => Some(leaf.principal_reference.into()),
        PrincipalKind::Generator | PrincipalKind::Service => {
            super::token::token(event.actor.as_ref().map_or("", |actor| actor.id.as_str()))
        }
    }
}
