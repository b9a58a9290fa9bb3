//! Checks a proposal as it is handed in.

use super::{check_evidence, withdraw::check_relative};
use crate::domain::limits::{
    CONTEXT_SUMMARY_MAX_BYTES, DEDUP_KEY_MAX_BYTES, EVIDENCE_MAX_ITEMS, LIST_ITEM_MAX_BYTES, LIST_MAX_ITEMS,
    MESSAGE_MAX_BYTES, NAME_MAX_BYTES, REASON_MAX_BYTES,
};
use crate::domain::{Moment, Propose, RecordReference, Refusal, bounds};

pub(super) fn check(command: &Propose, now: Moment) -> Result<(), Refusal> {
    let proposal = &command.proposal;
    bounds::text("proposal.generator.name", &proposal.generator.name, NAME_MAX_BYTES)?;
    bounds::text("proposal.generator.model", &proposal.generator.model, NAME_MAX_BYTES)?;
    bounds::text("proposal.generator.prompt_version", &proposal.generator.prompt_version, NAME_MAX_BYTES)?;
    proposal.trigger.check("proposal.trigger")?;
    check_record("proposal.record", proposal.record.as_ref())?;
    check_record("proposal.target", proposal.target.as_ref())?;
    bounds::text("proposal.context_summary", &proposal.context_summary, CONTEXT_SUMMARY_MAX_BYTES)?;
    check_list("proposal.known_unknowns", &proposal.known_unknowns)?;
    check_list("proposal.missing_fields", &proposal.missing_fields)?;
    bounds::text("proposal.confidence.note", &proposal.confidence.note, MESSAGE_MAX_BYTES)?;
    bounds::text("proposal.reason", &proposal.reason, REASON_MAX_BYTES)?;
    bounds::text("proposal.dedup_key", &proposal.dedup_key, DEDUP_KEY_MAX_BYTES)?;
    if let Some(predecessor) = &proposal.supersedes {
        check_relative("proposal.supersedes", &command.name, predecessor)?;
    }
    bounds::count("proposal.evidence", command.evidence.len(), EVIDENCE_MAX_ITEMS)?;
    check_evidence::check("proposal.evidence", &command.evidence, now)?;
    check_evidence_numbers(&proposal.evidence_numbers, command.evidence.len())
}

fn check_record(field: &str, record: Option<&RecordReference>) -> Result<(), Refusal> {
    record.map_or(Ok(()), |record| record.check(field))
}

fn check_list(field: &str, items: &[String]) -> Result<(), Refusal> {
    bounds::count(field, items.len(), LIST_MAX_ITEMS)?;
    items.iter().enumerate().try_for_each(|(index, item)| {
        bounds::required_text(format_args!("{field}[{index}]"), item, LIST_ITEM_MAX_BYTES)
    })
}

fn check_evidence_numbers(numbers: &[u32], evidence: usize) -> Result<(), Refusal> {
    bounds::count("proposal.evidence_numbers", numbers.len(), EVIDENCE_MAX_ITEMS)?;
    let dangling = |&(_, number): &(usize, &u32)| !usize::try_from(*number).is_ok_and(|n| (1..=evidence).contains(&n));
    match numbers.iter().enumerate().find(dangling) {
        None => Ok(()),
        Some((index, number)) => {
            let reason = format!("there is no evidence `{number}`: number what is sent along, from 1 to `{evidence}`");
            Err(Refusal::malformed(format!("proposal.evidence_numbers[{index}]"), reason))
        }
    }
}
