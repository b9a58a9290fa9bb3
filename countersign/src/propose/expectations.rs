//! What tests expect of every item that a rule proposes.

use std::collections::BTreeMap;

use candidate_svc::catalogue::Catalogue;

use super::Item;

/// Counts items by rule, read from their dedup keys and generators.
pub fn count_by_rule(items: &[Item]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        let proposal = &item.proposal;
        let generator = proposal.generator.as_ref().map_or("", |generator| generator.name.as_str());
        let rule = match generator {
            "inquiry-rules" => "follow_up",
            _ => proposal.dedup_key.rsplit('/').next().unwrap_or_default(),
        };
        *counts.entry(rule.to_owned()).or_default() += 1;
    }
    counts
}

/// Asserts what the services would refuse an item for, or put it aside: its action type's schema and evidence, lengths, numbers.
pub fn assert_would_be_taken(item: &Item) {
    let proposal = &item.proposal;
    let origin = &item.origin;
    let catalogue = Catalogue::built_in();
    let name = proposal.action_type.parse().expect("a word");
    let action_type = catalogue.get(&name).unwrap_or_else(|| panic!("{origin}: no action type `{name}`"));
    let payload = serde_json::from_str(&proposal.payload_json).expect("JSON");
    assert_eq!(action_type.schema.check(&payload), Ok(()), "{origin}: {payload}");
    for kind in &action_type.required_evidence_kinds {
        assert!(proposal.evidence.iter().any(|item| item.kind == kind.as_str()), "{origin}: no `{kind}`");
    }

    let trigger = proposal.trigger.as_ref().expect("a trigger");
    let record = proposal.record.as_ref().expect("a record");
    for name in
        [&trigger.source_system, &trigger.r#type, &trigger.source_id, &record.system, &record.object_type, &record.id]
    {
        assert!((1..=256).contains(&name.len()), "{origin}: `{name}`");
    }
    assert!(record.display_name.len() <= 256 && proposal.dedup_key.len() <= 256, "{origin}: {proposal:?}");
    assert!(trigger.fields.len() <= 64 && trigger.fields.iter().all(|field| field.value.len() <= 4096), "{origin}");
    assert!(proposal.context_summary.len() <= 4096 && proposal.reason.len() <= 4096, "{origin}");
    assert!(!proposal.context_summary.is_empty() && !proposal.reason.is_empty(), "{origin}");
    assert!(!proposal.known_unknowns.is_empty(), "{origin}: something always stays unknown");
    for text in proposal.known_unknowns.iter().chain(&proposal.missing_fields) {
        assert!((1..=1024).contains(&text.len()), "{origin}: `{text}`");
    }

    assert!((1..=32).contains(&proposal.evidence.len()), "{origin}");
    for evidence in &proposal.evidence {
        assert!((1..=256).contains(&evidence.title.len()), "{origin}: `{}`", evidence.title);
        assert!(evidence.summary.len() <= 4096 && evidence.fields.len() <= 64, "{origin}");
        assert_eq!(evidence.content_sha256.len(), 32, "{origin}: what was read can be told from what was not");
    }
    let numbers: Vec<i32> = (1..).take(proposal.evidence.len()).collect();
    assert_eq!(proposal.evidence_numbers, numbers, "{origin}");
    let confidence = proposal.confidence.as_ref().expect("a confidence");
    assert!(confidence.level != 0 && confidence.basis != 0 && confidence.note.len() <= 1024, "{origin}");
    let owner = proposal.owner.strip_prefix("humans/");
    assert!(
        proposal.owner.is_empty() || owner.is_some_and(countersign_api::name::is_id),
        "{origin}: `{}`",
        proposal.owner
    );
}
