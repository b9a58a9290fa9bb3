//! What a proposer sends.

use std::sync::Arc;

use countersign_api::{
    candidate::v1 as api,
    name::{CandidateName, TriggerName},
};
use ledger_format::Nonce;

use super::{FieldError, assessment, evidence, field, record, time};
use crate::domain::{
    ActionTypeName, Generator, Moment, PayloadDraft, Proposal, Propose, RecordReference, Refusal, SourceField, Trigger,
    WORD_MAX_BYTES,
};

/// Which trigger a proposal names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerSource {
    /// One that was kept before.
    Kept(TriggerName),
    /// One that is kept together with the proposal, unless it was before.
    New(NewTrigger),
}

/// A trigger as its source hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTrigger {
    source_system: String,
    kind: String,
    source_id: String,
    occurred_at: Option<Moment>,
    record: Option<RecordReference>,
    fields: Vec<SourceField>,
}

impl NewTrigger {
    /// Reads a trigger; what the server sets is ignored. Lengths are the domain's to judge.
    ///
    /// # Errors
    /// Names the field that is not of its form.
    pub fn from_wire(trigger: api::Trigger) -> Result<Self, FieldError> {
        Ok(Self {
            source_system: trigger.source_system,
            kind: trigger.r#type,
            source_id: trigger.source_id,
            occurred_at: field::optional("occur_time", trigger.occur_time, time::from_wire)?,
            record: trigger.record.map(record::from_wire),
            fields: trigger.fields.into_iter().map(record::source_field_from_wire).collect(),
        })
    }

    /// Gives it its name and the time from which it is kept.
    pub fn kept_as(self, name: TriggerName, created_at: Moment) -> Trigger {
        Trigger {
            name,
            source_system: self.source_system,
            kind: self.kind,
            source_id: self.source_id,
            occurred_at: self.occurred_at,
            record: self.record,
            fields: self.fields,
            created_at,
        }
    }
}

/// Reads which trigger a proposal names: the kept one of that name, else the new one that it describes.
///
/// # Errors
/// Names the field that is not of its form.
pub fn trigger_source(trigger: Option<api::Trigger>) -> Result<TriggerSource, FieldError> {
    field::required("trigger", trigger, |trigger| {
        if trigger.name.is_empty() {
            NewTrigger::from_wire(trigger).map(TriggerSource::New)
        } else {
            field::parsed("name", &trigger.name).map(TriggerSource::Kept)
        }
    })
}

/// Reads a proposal whose trigger and payload were read before; neither is read again.
///
/// # Errors
/// [`Refusal::Malformed`] names the field that is not of its form; lengths are the domain's to judge.
pub fn propose_from_wire(
    proposal: api::Proposal,
    payload: PayloadDraft,
    name: CandidateName,
    trigger: Arc<Trigger>,
    nonce: Nonce,
) -> Result<Propose, Refusal> {
    // What is no word of snake case is in no catalogue either.
    let action_type = proposal.action_type.parse().map_err(|_| Refusal::ActionTypeUnknown {
        name: proposal.action_type.chars().take(WORD_MAX_BYTES).collect(),
    })?;
    of_known_type(proposal, payload, action_type, name, trigger, nonce).map_err(|error| error.within("proposal").into())
}

fn of_known_type(
    proposal: api::Proposal,
    payload: PayloadDraft,
    action_type: ActionTypeName,
    name: CandidateName,
    trigger: Arc<Trigger>,
    nonce: Nonce,
) -> Result<Propose, FieldError> {
    let record = proposal.record.map(record::from_wire).or_else(|| trigger.record.clone());
    Ok(Propose {
        name,
        evidence: field::each("evidence", proposal.evidence, evidence::item_from_wire)?,
        risk_tier: assessment::tier_from_wire("risk_tier", proposal.risk_tier)?,
        owner: field::parsed_unless_empty("owner", &proposal.owner)?,
        owner_reason: String::new(),
        owner_team: None,
        payload,
        nonce,
        standing: Vec::new(),
        precedence: None,
        proposal: Proposal {
            generator: generator_from_wire(proposal.generator.unwrap_or_default()),
            trigger,
            target: proposal.target.map(record::from_wire).or_else(|| record.clone()),
            record,
            context_summary: proposal.context_summary,
            known_unknowns: proposal.known_unknowns,
            missing_fields: proposal.missing_fields,
            confidence: field::optional("confidence", proposal.confidence, assessment::confidence_from_wire)?
                .unwrap_or_default(),
            action_type,
            reason: proposal.reason,
            evidence_numbers: evidence_numbers_from_wire(&proposal.evidence_numbers)?,
            due_at: field::optional("due_time", proposal.due_time, time::from_wire)?,
            dedup_key: proposal.dedup_key,
            supersedes: None,
        },
    })
}

/// Reads what made a proposal.
pub fn generator_from_wire(generator: api::Generator) -> Generator {
    Generator { name: generator.name, model: generator.model, prompt_version: generator.prompt_version }
}

/// Reads the numbers of evidence that a reason rests on.
///
/// # Errors
/// Names the number that no evidence can have.
pub fn evidence_numbers_from_wire(numbers: &[i32]) -> Result<Vec<u32>, FieldError> {
    field::each("evidence_numbers", numbers, |number| field::natural("", *number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_sets_is_not_taken_from_a_new_trigger() {
        let sent = api::Trigger {
            source_system: "crm".into(),
            create_time: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..api::Trigger::default()
        };
        let Ok(TriggerSource::New(new)) = trigger_source(Some(sent)) else { panic!("a new trigger") };
        let name: TriggerName =
            "workspaces/demo/triggers/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".parse().expect("a name");
        let now = Moment::from(jiff::Timestamp::UNIX_EPOCH);
        let kept = new.kept_as(name.clone(), now);
        assert_eq!((kept.name, kept.created_at, kept.source_system.as_str()), (name, now, "crm"));
    }

    #[test]
    fn a_named_trigger_is_taken_by_its_name_alone() {
        let name = "workspaces/demo/triggers/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
        let named = api::Trigger { name: name.into(), ..api::Trigger::default() };
        assert_eq!(trigger_source(Some(named)), Ok(TriggerSource::Kept(name.parse().expect("a name"))));
        let broken = api::Trigger { name: "triggers/7".into(), ..api::Trigger::default() };
        assert_eq!(trigger_source(Some(broken)).expect_err("no name").field, "trigger.name");
        assert_eq!(trigger_source(None).expect_err("no trigger").field, "trigger");
    }
}
