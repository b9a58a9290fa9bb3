use countersign_api::candidate::v1::{Candidate, RecordReference, Trigger};

use super::layout::Page;
use super::wire_name::{joined, who};
use crate::output::moment;

/// Says which event and which facts caused the proposal, and which system supplied them.
pub fn write(page: &mut Page, candidate: &Candidate) {
    page.section("Why it exists");
    page.put("candidate", &candidate.name);
    if let Some(trigger) = &candidate.trigger {
        page.put("trigger", &trigger_text(trigger));
        let fields: Vec<String> =
            trigger.fields.iter().map(|field| format!("{} = {}", field.name, field.value)).collect();
        page.put_all("  as supplied", &fields);
    }
    page.put("record", &record_text(candidate.record.as_ref()));
    page.put("proposed by", &proposer_text(candidate));
    page.put("proposed at", &moment(candidate.create_time.as_ref()));
    page.put("supersedes", &candidate.supersedes);
    page.put("superseded by", &candidate.superseded_by);
}

/// Names a record: system, kind, id and what people call it.
pub fn record_text(record: Option<&RecordReference>) -> String {
    let Some(record) = record else { return String::new() };
    let named = if record.display_name.is_empty() { String::new() } else { format!("“{}”", record.display_name) };
    joined(" ", [&record.system, &record.object_type, &record.id, &named, &record.link])
}

fn trigger_text(trigger: &Trigger) -> String {
    format!(
        "{} {} {}, happened {}, kept {}",
        trigger.source_system,
        trigger.r#type,
        trigger.source_id,
        moment(trigger.occur_time.as_ref()),
        moment(trigger.create_time.as_ref())
    )
}

fn proposer_text(candidate: &Candidate) -> String {
    let made_by = candidate.generator.as_ref().map_or_else(String::new, |generator| {
        joined(", ", [&generator.name, &generator.model, &generator.prompt_version])
    });
    match made_by.as_str() {
        "" => who(candidate.proposer.as_ref()).to_owned(),
        made_by => format!("{} ({made_by})", who(candidate.proposer.as_ref())),
    }
}
