use countersign_api::candidate::v1::{ActionType, Permit};
use executor::Unverified;

use crate::candidate_text::payload_lines;
use crate::output::{facts, moment, visible};

/// Renders a permit: first whether it permits anything, then what would run and what a report must name.
pub fn permit_text(permit: &Permit, verdict: &Result<(), Unverified>, action_types: &[ActionType]) -> String {
    let verified = match verdict {
        Ok(()) => "yes: approved, on record, under the pinned key".to_owned(),
        Err(doubt) => format!("NO: {doubt}"),
    };
    let action_type = action_types.iter().find(|known| known.name == permit.action_type);
    let payload = permit.payload.clone().unwrap_or_default();
    let mut rows = vec![
        ("verified".to_owned(), verified),
        ("candidate".to_owned(), permit.candidate.clone()),
        ("action".to_owned(), format!("{} by `{}`", permit.action_type, permit.operation)),
    ];
    let would_run = payload_lines(&payload.canonical_json, action_type);
    rows.extend(would_run.into_iter().map(|(label, value)| (format!("  {}", visible(&label)), value)));
    rows.extend([
        ("digest".to_owned(), hex::encode(&payload.digest)),
        ("approved in".to_owned(), format!("entry {}", permit.entry_index)),
        ("fence".to_owned(), permit.fence.to_string()),
        ("attempt".to_owned(), permit.attempt_number.to_string()),
        ("lease ends".to_owned(), moment(permit.lease_expire_time.as_ref())),
        ("idempotency key".to_owned(), permit.idempotency_key.clone()),
    ]);
    facts(rows.iter().map(|(name, value)| (name.as_str(), value.clone())))
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::Payload;

    use super::*;

    #[test]
    fn whether_it_permits_anything_stands_first_and_nothing_in_it_steers() {
        let payload = Payload { canonical_json: "{\"to\":\"a\u{202E}b\"}".to_owned(), ..Payload::default() };
        let permit = Permit { payload: Some(payload), fence: 7, entry_index: 4711, ..Permit::default() };
        let text = permit_text(&permit, &Err(Unverified::Doubtful("the key is another".to_owned())), &[]);
        assert!(text.starts_with("verified") && text.contains("NO: the key is another"), "{text}");
        assert!(text.contains("a\\u{202e}b") && !text.contains('\u{202E}'), "{text}");
        assert!(text.contains("entry 4711"), "{text}");
    }
}
