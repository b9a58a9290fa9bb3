//! A log of any size whose entries are made when they are asked for, with leaves and commitments as the real ones have them.

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCause, CandidateApproved, CandidateEdited, CandidateEvent, CandidateExecuted, CandidateProposed,
    CandidateRejected, Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceField, ExecutionResult,
    ExecutionStarted, Explanation, ExternalReference, Generator, Payload, PolicyVerdict, RecordReference,
    RejectionReason, Risk, RiskTier, State, Trigger,
};
use countersign_api::ledger::v1::Entry;
use countersign_api::r#type::v1::{Principal, PrincipalKind as WireKind};
use ledger_format::{
    Checkpoint, Frontier, Leaf, Nonce, PrincipalKind, Salt, SigningKey, commit_content, digest_payload, leaf_hash,
};
use prost::Message;
use prost_types::Timestamp;
use uuid::Uuid;

pub const ORIGIN: &str = "countersign.local/workspaces/demo";

/// 2026-11-20T08:00:00Z, in microseconds.
const START_US: i64 = 1_795_161_600_000_000;

/// Entries of one candidate's life.
const LIFE: u64 = 4;

/// Stands for the cipher that contents are sealed with: as many bytes more, and as hard to compress.
const SEAL_EXTRA_BYTES: usize = 12 + 32 + 16;

pub fn key() -> SigningKey {
    SigningKey::from_seed("countersign.local", &[7; 32]).expect("a key")
}

/// Signs size and root of the log.
pub fn checkpoint(size: u64) -> String {
    let mut tree = Frontier::new();
    (0..size).for_each(|index| tree.append(leaf_hash(&entry(index).leaf)));
    let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root()).expect("a checkpoint");
    checkpoint.sign(&key()).text().to_owned()
}

pub fn entries(start: u64, end: u64) -> Vec<Entry> {
    (start..end).map(entry).collect()
}

/// Makes one entry: the same index gives the same one.
pub fn entry(index: u64) -> Entry {
    let (number, step) = (index / LIFE, index % LIFE);
    let (kind, actor, state, event) = told(number, step);
    let id = Uuid::from_u128(u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
    let (principal_kind, wire_kind) = match actor.split_once('/') {
        Some(("humans", _)) => (PrincipalKind::Human, WireKind::Human),
        Some(("generators", _)) => (PrincipalKind::Generator, WireKind::Generator),
        _ => (PrincipalKind::Service, WireKind::Service),
    };
    let at_us = START_US + i64::try_from(index).expect("small") * 1_000;
    let content = CandidateEvent {
        candidate: format!("workspaces/demo/candidates/{id}"),
        revision: i64::try_from(step).expect("small") + 1,
        occur_time: Some(Timestamp { seconds: at_us / 1_000_000, nanos: 0 }),
        actor: Some(Principal { kind: wire_kind.into(), id: actor.to_owned() }),
        request_id: format!("request-{index}"),
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
        state: state.into(),
        event: Some(event),
        ..Default::default()
    };
    let content = content.encode_to_vec();
    let salt = *leaf_hash(&index.to_be_bytes()).as_bytes();
    let leaf = Leaf {
        origin: ORIGIN.to_owned(),
        kind: kind.to_owned(),
        subject: format!("workspaces/demo/candidates/{id}"),
        subject_revision: step + 1,
        principal_kind,
        principal_reference: format!("p_{:032x}", actor.len() * 7_919),
        appended_at_us: at_us,
        idempotency_key: format!("{id}/{}/0", step + 1),
        payload_digest: (step < 3).then(|| digest_payload(&Nonce::new([9; 32]), &payload(number, step).canonical_json)),
        commitment: commit_content(&Salt::new(salt), &content),
    };
    let leaf = leaf.encode().expect("a leaf");
    Entry {
        index: i64::try_from(index).expect("small"),
        leaf_hash: leaf_hash(&leaf).as_bytes().to_vec(),
        leaf: leaf.into(),
        salt: salt.to_vec(),
        sealed: noise(&salt, content.len() + SEAL_EXTRA_BYTES).into(),
        content_key: format!("{}", number + 1),
        content: content.into(),
        ..Entry::default()
    }
}

/// Bytes that do not compress, from the salt alone.
fn noise(salt: &[u8; 32], length: usize) -> Vec<u8> {
    let mut block = *salt;
    let mut bytes = Vec::with_capacity(length + block.len());
    while bytes.len() < length {
        block = *leaf_hash(&block).as_bytes();
        bytes.extend_from_slice(&block);
    }
    bytes.truncate(length);
    bytes
}

/// Of five candidates, one is edited and rejected, four are approved and executed.
fn told(number: u64, step: u64) -> (&'static str, &'static str, State, Event) {
    const PEOPLE: [&str; 3] = ["humans/anna", "humans/ben", "humans/christine"];
    let person = PEOPLE[usize::try_from(number % 3).expect("small")];
    match (step, number.is_multiple_of(5)) {
        (0, _) => {
            let proposed = Event::CandidateProposed(proposed(number));
            ("candidate_proposed", "generators/crm-rules", State::Proposed, proposed)
        }
        (1, true) => ("candidate_edited", person, State::Edited, Event::CandidateEdited(edited(number))),
        (2, true) => (
            "candidate_held",
            person,
            State::Held,
            Event::CandidateHeld(countersign_api::candidate::v1::CandidateHeld {
                reason: "waits for the quarter's figures".to_owned(),
                ..Default::default()
            }),
        ),
        (_, true) => {
            let reason = RejectionReason::WrongRecord.into();
            let rejected =
                CandidateRejected { reason, note: "another deal is meant, see the note of last week".to_owned() };
            ("candidate_rejected", person, State::Rejected, Event::CandidateRejected(rejected))
        }
        (1, false) => {
            let cause = ApprovalCause::Review.into();
            let approved = CandidateApproved { digest: vec![5; 32], cause, ..Default::default() };
            ("candidate_approved", person, State::Approved, Event::CandidateApproved(approved))
        }
        (2, false) => {
            let started = ExecutionStarted {
                attempt_number: 1,
                fence: 1,
                idempotency_key: format!("{number}/2"),
                digest: vec![5; 32],
                approving_entry_index: i64::try_from(number * LIFE + 1).expect("small"),
                ..Default::default()
            };
            ("execution_started", "services/executor", State::Executing, Event::ExecutionStarted(started))
        }
        (_, false) => {
            let reference = ExternalReference {
                system: "crm".to_owned(),
                object_type: "task".to_owned(),
                id: format!("T-{number}"),
                link: format!("https://crm.example/tasks/{number}"),
            };
            let result = ExecutionResult { references: vec![reference], ..Default::default() };
            let executed = CandidateExecuted { attempt_number: 1, fence: 1, result: Some(result) };
            ("candidate_executed", "services/executor", State::Executed, Event::CandidateExecuted(executed))
        }
    }
}

fn payload(number: u64, step: u64) -> Payload {
    let day = if step == 0 { 1 } else { 3 };
    let json = format!(
        r#"{{"due":"2026-12-{day:02}","owner":"users/anna","subject":"Ask for the account of deal D-{number}"}}"#
    );
    let digest = digest_payload(&Nonce::new([9; 32]), &json);
    Payload { canonical_json: json, nonce: vec![9; 32], digest: digest.as_bytes().to_vec() }
}

fn edited(number: u64) -> CandidateEdited {
    CandidateEdited {
        patch_json: r#"[{"op":"replace","path":"/due","value":"2026-12-03"}]"#.to_owned(),
        note: "two more days".to_owned(),
        payload: Some(payload(number, 1)),
        digest_before: payload(number, 0).digest,
        ..Default::default()
    }
}

fn proposed(number: u64) -> CandidateProposed {
    let record = RecordReference {
        system: "crm".to_owned(),
        object_type: "deal".to_owned(),
        id: format!("D-{number}"),
        display_name: "Renewal of the yearly contract".to_owned(),
        link: format!("https://crm.example/deals/D-{number}"),
    };
    let evidence = Evidence {
        number: 1,
        kind: "record_field".to_owned(),
        title: "Deal".to_owned(),
        summary: "The account field is empty since the deal was made; the contact's domain is that of one account."
            .to_owned(),
        fields: vec![EvidenceField { name: "account".to_owned(), value: String::new() }],
        ..Default::default()
    };
    CandidateProposed {
        generator: Some(Generator {
            name: "crm-rules".to_owned(),
            model: String::new(),
            prompt_version: "v12".to_owned(),
        }),
        trigger: Some(Trigger {
            source_system: "crm".to_owned(),
            r#type: "deal_changed".to_owned(),
            source_id: format!("D-{number}"),
            ..Default::default()
        }),
        record: Some(record.clone()),
        context_summary: "An open deal has no account, so that nobody is told of its end.".to_owned(),
        evidence: vec![evidence],
        confidence: Some(Confidence {
            level: ConfidenceLevel::High.into(),
            basis: ConfidenceBasis::IdMatch.into(),
            note: String::new(),
        }),
        risk: Some(Risk {
            tier: RiskTier::Low.into(),
            reasons: vec!["the catalogue has `create_task` at `LOW`".to_owned()],
            ..Default::default()
        }),
        owner: "humans/anna".to_owned(),
        owner_team: "sales".to_owned(),
        policy: Some(PolicyVerdict {
            policy_digest: vec![4; 32],
            quorum: 1,
            approver_roles: vec!["reviewer".to_owned()],
            reasons: vec!["what is of low risk is decided by one".to_owned()],
            ..Default::default()
        }),
        action_type: "create_task".to_owned(),
        target: Some(record),
        payload: Some(payload(number, 0)),
        explanation: Some(Explanation { reason: "The account is missing.".to_owned(), ..Default::default() }),
        ..Default::default()
    }
}
