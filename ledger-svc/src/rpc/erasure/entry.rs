use countersign_api::r#type::v1::Principal as WirePrincipal;
use ledger_format::{PrincipalKind, custody::CUSTODY_KEY_PREFIX};
use prost::Message;
use service_kit::{
    access::{Principal, PrincipalKind as CallerKind, Pseudonyms},
    rejection::Rejection,
};

use crate::{
    entry::NewEntry,
    limits::{AUTHORITY_MAX_BYTES, REASON_MAX_BYTES, REQUEST_ID_MAX_BYTES, TEXT_MAX_BYTES},
    rpc::parse,
};

/// What a person says when they ask for something about contents.
pub(super) struct Asked<'a> {
    pub(super) request_id: &'a str,
    pub(super) subject: &'a str,
    pub(super) reason: &'a str,
}

impl Asked<'_> {
    /// Checks the form of what was said.
    pub(super) fn check(&self) -> Result<(), Rejection> {
        parse::text("request_id", self.request_id, REQUEST_ID_MAX_BYTES)?;
        parse::text("subject", self.subject, TEXT_MAX_BYTES)?;
        words("reason", self.reason, REASON_MAX_BYTES)
    }
}

/// Checks on which authority contents are erased.
pub(super) fn authority(authority: &str) -> Result<(), Rejection> {
    words("authority", authority, AUTHORITY_MAX_BYTES)
}

/// Makes the entry that records it; `key` tells it from others.
pub(super) fn new(
    key: &str,
    kind: &str,
    subject: &str,
    caller: &Principal,
    pseudonyms: &Pseudonyms,
    content: &impl Message,
) -> NewEntry {
    NewEntry {
        idempotency_key: format!("{CUSTODY_KEY_PREFIX}{key}"),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        subject_revision: 0,
        principal_kind: match caller.id().kind() {
            CallerKind::Human => PrincipalKind::Human,
            CallerKind::Generator => PrincipalKind::Generator,
            CallerKind::Service => PrincipalKind::Service,
        },
        principal_reference: pseudonyms.of(caller.id()),
        payload_digest: None,
        content: content.encode_to_vec(),
    }
}

/// Shows a caller as contents name them.
pub(super) fn by(caller: &Principal) -> WirePrincipal {
    caller.id().to_wire()
}

/// Words of a person: line ends and whatever else they hold stay.
fn words(field: &str, words: &str, bytes_max: usize) -> Result<(), Rejection> {
    match words.trim().len() {
        0 => Err(Rejection::malformed(field, "is empty; say it in words")),
        _ if words.len() > bytes_max => {
            Err(Rejection::malformed(field, format!("has {} bytes; say it in at most {bytes_max}", words.len())))
        }
        _ => Ok(()),
    }
}
