//! Messages of the contract as JSON, read from their own descriptors.
//!
//! Keys are the field names of `proto/`. Enum values go without their prefix (`PROPOSED`), times as RFC 3339, durations in
//! seconds, bytes in hex as all tools of ours print digests. A scalar or list is always there; a message that is
//! not set is left out.

use std::borrow::Cow;
use std::sync::LazyLock;

use countersign_api::{FILE_DESCRIPTOR_SET, access, candidate, feedback, ledger};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, Value};
use serde_json::{Map, Value as Json, json};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("invariant: the compiled descriptor set decodes")
});

/// A message that a command prints.
pub trait Shown: Message {
    /// Its full name in the contract.
    const NAME: &'static str;
}

macro_rules! shown {
    ($($type:ty = $name:literal),+ $(,)?) => {
        $(impl Shown for $type { const NAME: &'static str = $name; })+
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),+];
    };
}

shown! {
    candidate::v1::Candidate = "countersign.candidate.v1.Candidate",
    candidate::v1::GetCandidateResponse = "countersign.candidate.v1.GetCandidateResponse",
    candidate::v1::CountCandidatesResponse = "countersign.candidate.v1.CountCandidatesResponse",
    candidate::v1::DelegateReviewsResponse = "countersign.candidate.v1.DelegateReviewsResponse",
    candidate::v1::ListDelegationsResponse = "countersign.candidate.v1.ListDelegationsResponse",
    candidate::v1::EndDelegationResponse = "countersign.candidate.v1.EndDelegationResponse",
    candidate::v1::ListCandidatesResponse = "countersign.candidate.v1.ListCandidatesResponse",
    candidate::v1::Permit = "countersign.candidate.v1.Permit",
    candidate::v1::ExtendClaimResponse = "countersign.candidate.v1.ExtendClaimResponse",
    candidate::v1::ReportOutcomeResponse = "countersign.candidate.v1.ReportOutcomeResponse",
    candidate::v1::CandidateEvent = "countersign.candidate.v1.CandidateEvent",
    candidate::v1::WorkspaceEvent = "countersign.candidate.v1.WorkspaceEvent",
    candidate::v1::PolicyRevision = "countersign.candidate.v1.PolicyRevision",
    candidate::v1::ListPolicyRevisionsResponse = "countersign.candidate.v1.ListPolicyRevisionsResponse",
    candidate::v1::CheckPolicyResponse = "countersign.candidate.v1.CheckPolicyResponse",
    candidate::v1::GrantStandingApprovalResponse = "countersign.candidate.v1.GrantStandingApprovalResponse",
    candidate::v1::GetStandingApprovalResponse = "countersign.candidate.v1.GetStandingApprovalResponse",
    candidate::v1::ListStandingApprovalsResponse = "countersign.candidate.v1.ListStandingApprovalsResponse",
    candidate::v1::RevokeStandingApprovalResponse = "countersign.candidate.v1.RevokeStandingApprovalResponse",
    feedback::v1::GetProposerFeedbackResponse = "countersign.feedback.v1.GetProposerFeedbackResponse",
    ledger::v1::ContentErased = "countersign.ledger.v1.ContentErased",
    ledger::v1::LegalHoldPlaced = "countersign.ledger.v1.LegalHoldPlaced",
    ledger::v1::LegalHoldReleased = "countersign.ledger.v1.LegalHoldReleased",
    ledger::v1::PlaceLegalHoldResponse = "countersign.ledger.v1.PlaceLegalHoldResponse",
    ledger::v1::ReleaseLegalHoldResponse = "countersign.ledger.v1.ReleaseLegalHoldResponse",
    ledger::v1::ListLegalHoldsResponse = "countersign.ledger.v1.ListLegalHoldsResponse",
    access::v1::CreateTokenResponse = "countersign.access.v1.CreateTokenResponse",
    access::v1::ListTokensResponse = "countersign.access.v1.ListTokensResponse",
    access::v1::RevokeTokenResponse = "countersign.access.v1.RevokeTokenResponse",
}

/// Returns the message as JSON.
pub fn to_json<M: Shown>(message: &M) -> Json {
    let descriptor = POOL.get_message_by_name(M::NAME).expect("invariant: the message is part of the contract");
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .expect("invariant: what was just encoded decodes");
    of_message(&dynamic)
}

fn of_message(message: &DynamicMessage) -> Json {
    use prost_reflect::ReflectMessage as _;
    let descriptor = message.descriptor();
    match descriptor.full_name() {
        "google.protobuf.Timestamp" => return of_timestamp(message),
        "google.protobuf.Duration" => return json!(seconds(message)),
        _ => {}
    }
    let mut object = Map::new();
    for field in descriptor.fields() {
        if field.supports_presence() && !message.has_field(&field) {
            continue;
        }
        object.insert(field.name().to_owned(), of_field(&field, &message.get_field(&field)));
    }
    Json::Object(object)
}

fn of_field(field: &FieldDescriptor, value: &Value) -> Json {
    match value {
        Value::List(items) => items.iter().map(|item| of_value(&field.kind(), item)).collect(),
        Value::Map(entries) => {
            let kind = field.kind();
            let entry = kind.as_message().expect("invariant: a map field is made of entry messages");
            let value_kind = entry.map_entry_value_field().kind();
            Json::Object(entries.iter().map(|(key, value)| (key_text(key), of_value(&value_kind, value))).collect())
        }
        single => of_value(&field.kind(), single),
    }
}

fn of_value(kind: &Kind, value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::I32(value) => json!(value),
        Value::I64(value) => json!(value),
        Value::U32(value) => json!(value),
        Value::U64(value) => json!(value),
        Value::F32(value) => json!(value),
        Value::F64(value) => json!(value),
        Value::String(value) => json!(value),
        Value::Bytes(value) => json!(hex::encode(value)),
        Value::EnumNumber(number) => {
            kind.as_enum().map_or_else(|| json!(number), |descriptor| enum_name(descriptor, *number))
        }
        Value::Message(message) => of_message(message),
        // Neither stands inside another list or map.
        Value::List(_) | Value::Map(_) => Json::Null,
    }
}

/// Returns the value's name without the enum's prefix, which is the one its zero value has before `UNSPECIFIED`.
fn enum_name(descriptor: &EnumDescriptor, number: i32) -> Json {
    let Some(value) = descriptor.get_value(number) else { return json!(number) };
    let zero = descriptor.default_value();
    let prefix = zero.name().strip_suffix("UNSPECIFIED").unwrap_or_default();
    json!(value.name().strip_prefix(prefix).unwrap_or(value.name()))
}

fn of_timestamp(message: &DynamicMessage) -> Json {
    let (seconds, nanos) = seconds_and_nanos(message);
    jiff::Timestamp::new(seconds, nanos).map_or(Json::Null, |time| json!(time.to_string()))
}

fn seconds(message: &DynamicMessage) -> f64 {
    let (seconds, nanos) = seconds_and_nanos(message);
    jiff::SignedDuration::new(seconds, nanos).as_secs_f64()
}

fn seconds_and_nanos(message: &DynamicMessage) -> (i64, i32) {
    let number = |name| message.get_field_by_name(name).map(Cow::into_owned);
    let seconds = number("seconds").and_then(|value| value.as_i64()).unwrap_or_default();
    let nanos = number("nanos").and_then(|value| value.as_i32()).unwrap_or_default();
    (seconds, nanos)
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::{Candidate, Hold, Payload, State};
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn every_message_that_is_shown_is_part_of_the_contract() {
        for name in NAMES {
            assert!(POOL.get_message_by_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_candidate_reads_like_the_contract_says_it() {
        let candidate = Candidate {
            name: "workspaces/demo/candidates/1".to_owned(),
            revision: 3,
            state: State::NeedsEvidence.into(),
            create_time: Some(Timestamp { seconds: 1_700_000_000, nanos: 500_000_000 }),
            payload: Some(Payload { digest: vec![0xAB; 32], ..Payload::default() }),
            hold: Some(Hold { until_evidence: true, ..Hold::default() }),
            ..Candidate::default()
        };
        let json = to_json(&candidate);
        assert_eq!(json["state"], "NEEDS_EVIDENCE");
        assert_eq!(json["revision"], 3);
        assert_eq!(json["create_time"], "2023-11-14T22:13:20.5Z");
        assert_eq!(json["payload"]["digest"], "ab".repeat(32));
        assert_eq!(json["hold"]["until_evidence"], true);
        assert_eq!(json["evidence"], json!([]));
        assert_eq!(json["owner"], "");
        assert_eq!(json.get("execution"), None);
    }
}
