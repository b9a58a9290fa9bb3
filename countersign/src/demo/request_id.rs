use countersign_api::candidate::v1::{Evidence, Proposal};
use ledger_format::sha256;
use prost::Message as _;

const TAG: &[u8] = b"countersign/demonstration-request/v1\n";
const ID_BYTES: usize = 16;

/// The kind of evidence that is counted over a whole input: it changes with every other record.
const COUNTED_OVER_ALL: &str = "statistic";

/// Derives the id under which a proposal is sent, 32 hexadecimal digits: of the rule's own id for the record, which has the seed
/// in it, and of the facts that the proposal rests on.
///
/// Worked example: an export is made again a week later, with one deal changed and ten more. The changed deal is proposed on
/// again, under another id, and the ten are new. The others have their ids of before, although days were counted anew and lines
/// have moved: the server keeps what they said first, and nobody decides on them twice.
pub fn of_facts(rule_request_id: &str, proposal: &Proposal) -> String {
    let facts = facts_of(proposal).encode_to_vec();
    let length = u64::try_from(rule_request_id.len()).unwrap_or(u64::MAX).to_be_bytes();
    let hash = sha256(&[TAG, &length, rule_request_id.as_bytes(), &facts]);
    hex::encode(&hash.as_bytes()[..ID_BYTES])
}

/// Leaves of a proposal what the source says of its record, and which rules read it: without what was counted from the day of
/// the export, and without where in its files something stood.
fn facts_of(proposal: &Proposal) -> Proposal {
    let records = proposal.evidence.iter().filter(|evidence| evidence.kind != COUNTED_OVER_ALL);
    let facts = |evidence: &Evidence| Evidence {
        kind: evidence.kind.clone(),
        fields: evidence.fields.clone(),
        content_sha256: evidence.content_sha256.clone(),
        ..Evidence::default()
    };
    Proposal {
        generator: proposal.generator.clone(),
        trigger: proposal.trigger.clone(),
        record: proposal.record.clone(),
        owner: proposal.owner.clone(),
        action_type: proposal.action_type.clone(),
        evidence: records.map(facts).collect(),
        ..Proposal::default()
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::EvidenceField;

    use super::*;

    fn proposal() -> Proposal {
        let field = |value: &str| EvidenceField { name: "account".to_owned(), value: value.to_owned() };
        let row = Evidence {
            kind: "record_field".to_owned(),
            title: "Deal D1, deals.csv line 7".to_owned(),
            content_sha256: vec![1; 32],
            fields: vec![field("Tarn Mills")],
            ..Evidence::default()
        };
        let count = Evidence {
            kind: COUNTED_OVER_ALL.to_owned(),
            content_sha256: vec![2; 32],
            fields: vec![field("10 deals")],
            ..Evidence::default()
        };
        Proposal {
            payload_json: r#"{"due":"2026-01-05"}"#.to_owned(),
            evidence: vec![row, count],
            ..Proposal::default()
        }
    }

    #[test]
    fn an_unchanged_record_keeps_its_id_wherever_it_stands_and_whenever_it_is_read() {
        let mut later = proposal();
        later.payload_json = r#"{"due":"2026-01-12"}"#.to_owned();
        later.context_summary = "Engaged for 98 days.".to_owned();
        later.evidence[0].title = "Deal D1, deals.csv line 9".to_owned();
        later.evidence[0].read_time = Some(prost_types::Timestamp::default());
        later.evidence[1].content_sha256 = vec![3; 32];
        later.evidence[1].fields[0].value = "11 deals".to_owned();
        assert_eq!(of_facts("rule", &proposal()), of_facts("rule", &later));
    }

    #[test]
    fn another_fact_rule_or_seed_gives_another_id() {
        let before = of_facts("rule", &proposal());
        assert_ne!(before, of_facts("other rule or seed", &proposal()));
        let changes: [fn(&mut Proposal); 4] = [
            |changed| changed.evidence[0].fields[0].value = "Alto".to_owned(),
            |changed| changed.evidence[0].content_sha256 = vec![9; 32],
            |changed| changed.owner = "humans/kit-orr".to_owned(),
            |changed| drop(changed.evidence.remove(0)),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut after = proposal();
            change(&mut after);
            assert_ne!(before, of_facts("rule", &after), "change {number}");
        }
        assert_eq!(before.len(), 2 * ID_BYTES);
    }
}
