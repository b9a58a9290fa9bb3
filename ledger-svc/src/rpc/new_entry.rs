use countersign_api::{error::v1::ErrorReason, ledger::v1 as wire, r#type::v1::PrincipalKind as WireKind};
use ledger_format::{
    PayloadDigest, PrincipalKind,
    custody::{CUSTODY_KEY_PREFIX, is_custody_kind},
};
use service_kit::rejection::Rejection;

use super::parse;
use crate::{
    entry::NewEntry,
    limits::{CONTENT_MAX_BYTES, KIND_MAX_BYTES, TEXT_MAX_BYTES},
};

/// Reads an entry to append; `path` is where it stands in the request, such as `entries[3]`.
pub(super) fn parse(path: &str, entry: wire::NewEntry) -> Result<NewEntry, Rejection> {
    let field = |name: &str| format!("{path}.{name}");
    parse::text(&field("idempotency_key"), &entry.idempotency_key, TEXT_MAX_BYTES)?;
    if entry.idempotency_key.starts_with(CUSTODY_KEY_PREFIX) {
        let description = format!("begins with `{CUSTODY_KEY_PREFIX}`, as the ledger's own do; choose another");
        return Err(Rejection::malformed(field("idempotency_key"), description));
    }
    kind(&field("kind"), &entry.kind)?;
    parse::text(&field("subject"), &entry.subject, TEXT_MAX_BYTES)?;
    let subject_revision = parse::number(&field("subject_revision"), entry.subject_revision)?;
    let principal_kind = principal_kind(&field("principal_kind"), entry.principal_kind())?;
    parse::text(&field("principal_reference"), &entry.principal_reference, TEXT_MAX_BYTES)?;
    let payload_digest = payload_digest(&field("payload_digest"), &entry.payload_digest)?;
    content(&field("content"), &entry)?;
    Ok(NewEntry {
        idempotency_key: entry.idempotency_key,
        kind: entry.kind,
        subject: entry.subject,
        subject_revision,
        principal_kind,
        principal_reference: entry.principal_reference,
        payload_digest,
        content: entry.content,
    })
}

fn kind(field: &str, kind: &str) -> Result<(), Rejection> {
    parse::text(field, kind, KIND_MAX_BYTES)?;
    if is_custody_kind(kind) {
        return Err(Rejection::malformed(field, "is a kind that only the ledger itself writes; erase or hold instead"));
    }
    let is_snake = kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && kind.as_bytes()[0].is_ascii_lowercase();
    if is_snake {
        Ok(())
    } else {
        Err(Rejection::malformed(field, "is not lower snake case; write `candidate_approved`"))
    }
}

fn principal_kind(field: &str, kind: WireKind) -> Result<PrincipalKind, Rejection> {
    match kind {
        WireKind::Human => Ok(PrincipalKind::Human),
        WireKind::Generator => Ok(PrincipalKind::Generator),
        WireKind::Service => Ok(PrincipalKind::Service),
        WireKind::Unspecified => Err(Rejection::malformed(field, "is unspecified; say human, generator or service")),
    }
}

fn payload_digest(field: &str, digest: &[u8]) -> Result<Option<PayloadDigest>, Rejection> {
    if digest.is_empty() {
        return Ok(None);
    }
    let digest = PayloadDigest::try_from(digest).map_err(|error| Rejection::malformed(field, error.to_string()))?;
    Ok(Some(digest))
}

fn content(field: &str, entry: &wire::NewEntry) -> Result<(), Rejection> {
    match entry.content.len() {
        0 => Err(Rejection::malformed(field, "is empty; say what happened")),
        1..=CONTENT_MAX_BYTES => Ok(()),
        bytes => Err(Rejection::new(
            ErrorReason::ItemTooLarge,
            format!("`{field}` has {bytes} bytes; send at most {CONTENT_MAX_BYTES}"),
        )
        .with("idempotencyKey", entry.idempotency_key.as_str())
        .with("limitBytes", CONTENT_MAX_BYTES.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> wire::NewEntry {
        wire::NewEntry {
            idempotency_key: "0192/1/0".to_owned(),
            kind: "candidate_approved".to_owned(),
            subject: "workspaces/demo/candidates/0192".to_owned(),
            subject_revision: 1,
            principal_kind: WireKind::Human.into(),
            principal_reference: "p-1".to_owned(),
            payload_digest: vec![7; 32],
            content: b"said".to_vec(),
        }
    }

    fn reason(entry: wire::NewEntry) -> Option<ErrorReason> {
        parse("entries[0]", entry).err().map(|rejection| rejection.reason())
    }

    #[test]
    fn a_well_formed_entry_keeps_every_field() {
        let parsed = parse("entry", entry()).expect("well-formed");
        assert_eq!(parsed.principal_kind, PrincipalKind::Human);
        assert_eq!(parsed.payload_digest, Some(PayloadDigest::new([7; 32])));
        assert_eq!(parsed.content, b"said");
        assert_eq!(
            parse("entry", wire::NewEntry { payload_digest: vec![], ..entry() }).expect("fine").payload_digest,
            None
        );
    }

    #[test]
    fn bounds_hold_below_at_and_above() {
        for (bytes, expected) in [(254, None), (255, None), (256, Some(ErrorReason::RequestMalformed))] {
            assert_eq!(reason(wire::NewEntry { idempotency_key: "k".repeat(bytes), ..entry() }), expected);
            assert_eq!(reason(wire::NewEntry { subject: "s".repeat(bytes), ..entry() }), expected);
            assert_eq!(reason(wire::NewEntry { principal_reference: "p".repeat(bytes), ..entry() }), expected);
        }
        for (bytes, expected) in [(62, None), (63, None), (64, Some(ErrorReason::RequestMalformed))] {
            assert_eq!(reason(wire::NewEntry { kind: "k".repeat(bytes), ..entry() }), expected);
        }
        let too_large = Some(ErrorReason::ItemTooLarge);
        for (bytes, expected) in [(262_143, None), (262_144, None), (262_145, too_large)] {
            assert_eq!(reason(wire::NewEntry { content: vec![1; bytes], ..entry() }), expected);
        }
    }

    #[test]
    fn what_is_not_of_its_form_is_refused() {
        let refused = [
            wire::NewEntry { idempotency_key: String::new(), ..entry() },
            wire::NewEntry { idempotency_key: "a\0b".to_owned(), ..entry() },
            wire::NewEntry { kind: "CandidateApproved".to_owned(), ..entry() },
            wire::NewEntry { kind: "_approved".to_owned(), ..entry() },
            wire::NewEntry { subject_revision: -1, ..entry() },
            wire::NewEntry { principal_kind: WireKind::Unspecified.into(), ..entry() },
            wire::NewEntry { principal_kind: 77, ..entry() },
            wire::NewEntry { payload_digest: vec![1; 31], ..entry() },
            wire::NewEntry { content: vec![], ..entry() },
        ];
        for entry in refused {
            assert_eq!(reason(entry.clone()), Some(ErrorReason::RequestMalformed), "{entry:?}");
        }
    }
}
