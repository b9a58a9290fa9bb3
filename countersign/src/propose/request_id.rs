use ledger_format::sha256;

const TAG: &[u8] = b"countersign/proposer-request/v1\n";
const ID_BYTES: usize = 16;

/// Derives the id under which a rule's proposal is sent: 32 hexadecimal digits.
///
/// It follows from the seed, the record and the rule alone. Whatever else is proposed, and in which order, it stays the same.
pub fn derive_request_id(seed: u64, source_system: &str, record_id: &str, rule: &str) -> String {
    let lengths = [source_system, record_id, rule].map(|text| (text.len() as u64).to_be_bytes());
    let hash = sha256(&[
        TAG,
        &seed.to_be_bytes(),
        // Without lengths, `ab` + `c` and `a` + `bc` would be one.
        &lengths[0],
        source_system.as_bytes(),
        &lengths[1],
        record_id.as_bytes(),
        &lengths[2],
        rule.as_bytes(),
    ]);
    hex::encode(&hash.as_bytes()[..ID_BYTES])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_thing_has_the_same_id_and_any_other_thing_another() {
        assert_eq!(derive_request_id(1, "crm", "D1", "rule"), derive_request_id(1, "crm", "D1", "rule"));
        let others = [
            derive_request_id(1, "crm", "D1", "rule"),
            derive_request_id(2, "crm", "D1", "rule"),
            derive_request_id(1, "crmD", "1", "rule"),
            derive_request_id(1, "crm", "D1r", "ule"),
            derive_request_id(1, "crm", "D2", "rule"),
            derive_request_id(1, "crm", "D1", "other"),
        ];
        assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), others.len());
        assert!(others.iter().all(|id| id.len() == 2 * ID_BYTES));
    }
}
