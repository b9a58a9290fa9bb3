//! What judging costs on one core, without a database: a proposal, its approval, its claim and its report, decided and evolved.
//!
//! `cargo bench -p candidate-svc --bench decide`

use std::hint::black_box;
use std::sync::Arc;

use candidate_svc::catalogue::Catalogue;
use candidate_svc::domain::{
    ActionType, Actor, Approve, Candidate, ClaimCommand, Command, Confidence, ConfidenceBasis, ConfidenceLevel,
    Context, Event, ExecutionResult, Generator, Moment, PayloadDraft, Proposal, Propose, RecordReference, RecordedAt,
    ReportSuccess, RequestId, Trigger, decide, evolve, propose,
};
use candidate_svc::policy::Policy;
use countersign_api::name::{CandidateName, TriggerName, Workspace};
use criterion::{Criterion, criterion_group, criterion_main};
use ledger_format::Nonce;
use service_kit::access::Role;
use uuid::Uuid;

/// Everything that decisions are made with.
struct Scene {
    now: Moment,
    action_type: ActionType,
    policy: Policy,
    request_id: RequestId,
}

impl Scene {
    fn set() -> Self {
        let name = "create_task".parse().expect("a name");
        Self {
            now: Moment::from("2026-11-22T09:00:00Z".parse::<jiff::Timestamp>().expect("a time")),
            action_type: Catalogue::built_in().get(&name).expect("it is built in").clone(),
            policy: Policy::built_in(),
            request_id: "request-1".parse().expect("an id"),
        }
    }

    fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context {
            now: self.now,
            actor,
            request_id: Some(&self.request_id),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            action_type: Some(&self.action_type),
            policy: &self.policy,
            in_batch: false,
            rivals: &[],
        }
    }

    fn proposal(&self) -> Propose {
        let workspace = Workspace::new("demo").expect("an id");
        let record = RecordReference {
            system: "crm".to_owned(),
            object_type: "deal".to_owned(),
            id: "D-7".to_owned(),
            display_name: "Deal 7".to_owned(),
            link: String::new(),
        };
        let trigger = Trigger {
            name: TriggerName::new(workspace.clone(), Uuid::from_u128(7)),
            source_system: "crm".to_owned(),
            kind: "deal_changed".to_owned(),
            source_id: "D-7".to_owned(),
            occurred_at: None,
            record: Some(record),
            fields: Vec::new(),
            created_at: self.now,
        };
        let notes = "n".repeat(900);
        let payload = format!(
            r#"{{"due":"2026-11-30","notes":"{notes}","owner":"humans/anna","subject":"Ask for the account"}}"#
        );
        Propose {
            name: CandidateName::new(workspace, Uuid::from_u128(1)),
            proposal: Proposal {
                generator: Generator::default(),
                trigger: Arc::new(trigger),
                record: None,
                context_summary: "An open deal has no account.".to_owned(),
                known_unknowns: Vec::new(),
                missing_fields: vec!["account".to_owned()],
                confidence: Confidence {
                    level: ConfidenceLevel::High,
                    basis: ConfidenceBasis::IdMatch,
                    note: String::new(),
                },
                action_type: self.action_type.name.clone(),
                target: None,
                reason: "The account is missing.".to_owned(),
                evidence_numbers: Vec::new(),
                due_at: None,
                dedup_key: String::new(),
                supersedes: None,
            },
            evidence: Vec::new(),
            risk_tier: None,
            owner: Some("humans/anna".parse().expect("a person")),
            owner_reason: String::new(),
            owner_team: None,
            payload: PayloadDraft::read(&payload),
            nonce: Nonce::new([9; 32]),
            standing: Vec::new(),
            precedence: None,
        }
    }
}

fn actor(id: &str, role: Role) -> Actor {
    Actor::Caller { id: id.parse().expect("a principal"), roles: [role].into() }
}

fn after(before: Option<&Candidate>, events: &[Event]) -> Candidate {
    let candidate = events.iter().fold(before.cloned(), |candidate, event| Some(evolve(candidate, event)));
    candidate.expect("a decision is at least one event")
}

fn decisions(criterion: &mut Criterion) {
    let scene = Scene::set();
    let (proposer, reviewer, executor) = (
        actor("generators/crm-rules", Role::Proposer),
        actor("humans/ben", Role::Reviewer),
        actor("services/executor", Role::Executor),
    );
    let to_propose = scene.proposal();
    let open = after(None, &propose(to_propose.clone(), &scene.context(&proposer)).expect("a proposal"));

    let mut group = criterion.benchmark_group("decide and evolve");
    group.bench_function("propose, 1 KB of payload", |bencher| {
        bencher.iter(|| {
            let events = propose(black_box(to_propose.clone()), &scene.context(&proposer)).expect("a proposal");
            after(None, &events)
        });
    });
    let approve = Command::Approve(Approve {
        etag: open.etag(),
        digest: open.payload.digest(),
        note: String::new(),
        acknowledged_conflicts: Vec::new(),
    });
    let approved = step(&mut group, "approve", &open, &approve, &scene.context(&reviewer));
    let recorded = RecordedAt { revision: 2, ordinal: 0, entry_index: 1, checkpoint_size: 2 };
    let claim = Command::Claim(ClaimCommand { lease_ms: 60_000, recorded_at: Some(recorded) });
    let claimed = step(&mut group, "claim", &approved, &claim, &scene.context(&executor));
    let result = ExecutionResult { references: Vec::new(), changes: Vec::new(), executed_at: None };
    let report = Command::ReportSuccess(ReportSuccess { fence: 1, result });
    step(&mut group, "report", &claimed, &report, &scene.context(&executor));
    group.finish();
}

/// Times one command and returns what it makes of the candidate.
fn step(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    before: &Candidate,
    command: &Command,
    context: &Context<'_>,
) -> Candidate {
    let judge = || after(Some(before), &decide(black_box(before), command, context).expect("it may be done"));
    group.bench_function(name, |bencher| bencher.iter(judge));
    judge()
}

criterion_group!(benches, decisions);
criterion_main!(benches);
