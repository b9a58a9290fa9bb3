//! `kill -9` at random moments of the whole system at work: proposers, a reviewer, an executor and a recorder lose nothing that they
//! were told, and nothing happens twice.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};

use countersign_api::candidate::v1::report_outcome_request::Outcome;
use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, ExecutionResult, ExternalReference, ReportOutcomeRequest,
};
use futures::future::join_all;
use ledger_format::Leaf;
use tokio::sync::Notify;

use system_tests::harness::script::{PARENT, Script, Step, Told};
use system_tests::harness::{Caller, Installation, Seed, Server, Tokens, leaves};

/// Kills in the suite; `COUNTERSIGN_KILLS` asks for another number.
const KILLS: usize = 12;

/// The latest moment of a kill, after the callers began.
const KILL_MAX_MS: u64 = 300;

/// Kills between two verifications of the files as they were left.
const VERIFY_EVERY: usize = 10;

/// Callers of each kind at once.
const PROPOSERS: usize = 4;
const RECORDERS: usize = 2;
const REVIEWERS: usize = 2;

/// The first number that is given to a command.
const FIRST: usize = 10_000;

/// Where everybody finds their work.
struct Office {
    work: Mutex<Work>,
    /// Told of each proposal that can be decided.
    news: Notify,
}

/// What is to be asked, and what was told.
#[derive(Default)]
struct Work {
    script: Script,
    next: usize,
    /// Commands that were sent and not answered yet.
    asked: BTreeSet<Step>,
    /// Commands that were not answered before a kill: they are sent again, as they were.
    left_over: BTreeSet<Step>,
    undecided: Vec<usize>,
    /// Reports that were sent and not answered, by candidate.
    unreported: BTreeMap<String, ReportOutcomeRequest>,
    /// Candidates whose success was reported and answered, with the revision after it.
    reported: BTreeMap<String, i64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_keeps_what_was_answered_and_does_nothing_twice() {
    let kills = std::env::var("COUNTERSIGN_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"));
    let installation = Installation::new();
    let tokens = Tokens::of(&installation);
    let seed = Seed::printed();
    let office = Office { work: Mutex::new(Work { next: FIRST, ..Work::default() }), news: Notify::new() };
    for kill in 1..=kills {
        let server = Server::start(&installation);
        let caller = Caller::connect(server.address(), &tokens).await;
        let moment = seed.below_ms(KILL_MAX_MS);
        {
            let mut everybody = pin!(everybody(&caller, &office));
            // Nobody ends by themselves; they still wait for answers when the kill comes.
            let ended = tokio::time::timeout(moment, &mut everybody).await;
            assert!(ended.is_err(), "they work until the kill");
            server.kill();
        }
        office.work().leave_over();
        if kill % VERIFY_EVERY == 0 || kill == kills {
            installation.run(&["ledger", "verify"]).expect(0, &[]);
        }
        if kill % 100 == 0 {
            println!("{kill} kills");
        }
    }

    let server = Server::start(&installation);
    let caller = Caller::connect(server.address(), &tokens).await;
    ask_again(&caller, &office).await;
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");
    installation.run(&["ledger", "verify"]).expect(0, &[]);
    let work = office.work.into_inner().expect("nobody failed");
    let leaves = leaves(&installation, "demo").await;
    work.script.assert_recorded(&leaves);
    assert_once(&work, &leaves);
    let told = |is_it: fn(&Told) -> bool| work.script.told.values().filter(|told| is_it(told)).count();
    println!(
        "{kills} kills: {} entries, {} proposals, {} decisions and {} reports were answered, none lost, none twice; \
         {} entries in the ledger",
        told(|told| matches!(told, Told::Receipt { .. })),
        told(|told| matches!(told, Told::Proposed { .. })),
        told(|told| matches!(told, Told::Decided { .. })),
        work.reported.len(),
        leaves.len(),
    );
    assert!(work.script.told.len() >= PROPOSERS + RECORDERS, "each of them was at work");
}

/// Everybody at work, each until something is not answered.
async fn everybody(caller: &Caller, office: &Office) {
    let proposers = join_all((0..PROPOSERS).map(|_| commands(caller, office, Work::next_to_propose)));
    let recorders = join_all((0..RECORDERS).map(|_| commands(caller, office, Work::next_to_append)));
    let reviewers = join_all((0..REVIEWERS).map(|_| commands(caller, office, Work::next_to_decide)));
    tokio::join!(proposers, recorders, reviewers, execute(caller, office));
}

/// Sends one command after the other.
async fn commands(caller: &Caller, office: &Office, next: fn(&mut Work) -> Option<Step>) {
    loop {
        let Some((step, script)) = office.work().take(next) else {
            office.news.notified().await;
            continue;
        };
        let told =
            script.ask(caller, step).await.expect("it can be asked").expect("it is taken while the server lives");
        office.work().note(step, &told);
        if let Step::Propose(_) = step {
            office.news.notify_one();
        }
    }
}

/// Performs what is approved, and says so; a report that was not answered is sent again first.
async fn execute(caller: &Caller, office: &Office) {
    let held: Vec<_> = office.work().unreported.values().cloned().collect();
    for report in held {
        send(caller, office, report).await;
    }
    let request = ClaimExecutionsRequest {
        parent: PARENT.to_owned(),
        operations: vec!["create_task".to_owned()],
        lease: Some(prost_types::Duration { seconds: 600, nanos: 0 }),
        max_in_flight: 16,
        drain: false,
        reissue_held: true,
    };
    let mut permits =
        caller.executions().claim_executions(caller.as_executor(request)).await.expect("a stream").into_inner();
    while let Some(permit) = permits.message().await.expect("a permit").and_then(|response| response.permit) {
        let reference = ExternalReference {
            system: "crm".to_owned(),
            object_type: "task".to_owned(),
            id: permit.idempotency_key,
            ..Default::default()
        };
        let report = ReportOutcomeRequest {
            request_id: format!("report-{}-{}", permit.candidate, permit.fence),
            name: permit.candidate,
            fence: permit.fence,
            outcome: Some(Outcome::Succeeded(ExecutionResult { references: vec![reference], ..Default::default() })),
        };
        office.work().unreported.insert(report.name.clone(), report.clone());
        send(caller, office, report).await;
    }
}

async fn send(caller: &Caller, office: &Office, report: ReportOutcomeRequest) {
    let name = report.name.clone();
    let answer = caller
        .executions()
        .report_outcome(caller.as_executor(report))
        .await
        .expect("it is taken while the server lives");
    let revision = answer.into_inner().revision;
    let mut work = office.work();
    work.unreported.remove(&name);
    let before = work.reported.insert(name.clone(), revision);
    assert!(before.is_none_or(|before| before == revision), "{name}: {before:?}, then {revision}");
}

/// Asks for everything again, answered or not: who was told something is told the same.
async fn ask_again(caller: &Caller, office: &Office) {
    let (steps, reports) = {
        let work = office.work();
        let steps: BTreeSet<Step> = work.left_over.iter().chain(work.script.told.keys()).copied().collect();
        (steps, work.unreported.values().cloned().collect::<Vec<_>>())
    };
    for step in steps {
        let script = office.work().knowing(step);
        let told = script.ask(caller, step).await.expect("it can be asked").expect("it is taken");
        office.work().note(step, &told);
    }
    for report in reports {
        send(caller, office, report).await;
    }
}

impl Office {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().expect("nobody failed")
    }
}

impl Work {
    /// Takes the next command of a kind, with what it must know.
    fn take(&mut self, next: fn(&mut Self) -> Option<Step>) -> Option<(Step, Script)> {
        let step = next(self)?;
        self.asked.insert(step);
        Some((step, self.knowing(step)))
    }

    fn next_to_propose(&mut self) -> Option<Step> {
        self.again(|step| matches!(step, Step::Propose(_))).or_else(|| Some(Step::Propose(self.number())))
    }

    fn next_to_append(&mut self) -> Option<Step> {
        self.again(|step| matches!(step, Step::Append(_))).or_else(|| Some(Step::Append(self.number())))
    }

    fn next_to_decide(&mut self) -> Option<Step> {
        self.again(|step| matches!(step, Step::Decide(_))).or_else(|| self.undecided.pop().map(Step::Decide))
    }

    /// Takes a command that was not answered before a kill.
    fn again(&mut self, is_kind: fn(&Step) -> bool) -> Option<Step> {
        let step = self.left_over.iter().copied().find(is_kind)?;
        self.left_over.remove(&step);
        Some(step)
    }

    fn leave_over(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        self.left_over.extend(asked);
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// Returns what a command must know.
    fn knowing(&self, step: Step) -> Script {
        let mut script = Script::default();
        if let Step::Decide(number) = step {
            let proposed = Step::Propose(number);
            script.told.insert(proposed, self.script.told[&proposed].clone());
        }
        script
    }

    fn note(&mut self, step: Step, told: &Told) {
        self.asked.remove(&step);
        self.left_over.remove(&step);
        let before = self.script.told.insert(step, told.clone());
        assert!(before.as_ref().is_none_or(|before| before == told), "{step:?}: {before:?}, then {told:?}");
        if let (None, Step::Propose(number)) = (before, step) {
            self.undecided.push(number);
        }
    }
}

/// One proposal for each request, one entry for each key, at most one success for each candidate, and each that was reported.
fn assert_once(work: &Work, leaves: &[Leaf]) {
    let count = |kind: &str| leaves.iter().filter(|leaf| leaf.kind == kind).count();
    let told = |is_it: fn(&Step) -> bool| work.script.told.keys().filter(|step| is_it(step)).count();
    assert_eq!(count("candidate_proposed"), told(|step| matches!(step, Step::Propose(_))));
    assert_eq!(count("note_taken"), told(|step| matches!(step, Step::Append(_))));
    let decided = count("candidate_approved") + count("candidate_rejected");
    assert_eq!(decided, told(|step| matches!(step, Step::Decide(_))));
    let mut executed = BTreeMap::new();
    for leaf in leaves.iter().filter(|leaf| leaf.kind == "candidate_executed") {
        let before = executed.insert(leaf.subject.clone(), leaf.subject_revision);
        assert!(before.is_none(), "{} was executed twice", leaf.subject);
    }
    for (name, revision) in &work.reported {
        assert_eq!(executed.get(name).copied(), u64::try_from(*revision).ok(), "{name} was reported");
    }
}
