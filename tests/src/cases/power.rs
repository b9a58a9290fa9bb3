//! Power loss: under `strace`, every answer follows a completed sync of the log that keeps what it answers.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_api::ledger::v1::{AppendStreamRequest, GetCheckpointRequest};

use system_tests::harness::proposing::item;
use system_tests::harness::script::{PARENT, Script, Told, entry, steps};
use system_tests::harness::trace::{Ack, Connection, Promise, Trace, Violation, check, strace};
use system_tests::harness::{Caller, Installation, Server, Tokens};

/// Items of each stream, all on their way before the first is answered.
const STREAMED: usize = 40;

/// Of the promises, every so many-th is also held against traces in which something is missing.
const DOCTORED_STRIDE: usize = 12;

/// Calls on one connection, one after the other, and what each answer promised.
struct Calls {
    caller: Caller,
    made: usize,
    promises: Vec<Promise>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_follows_a_completed_sync_of_what_it_answers() {
    let installation = Installation::new();
    let tokens = Tokens::of(&installation);
    let file = installation.path("trace");
    let server = Server::start_under(&installation, &strace(&file)).expect("it starts");
    let address = server.address().to_owned();
    let mut calls = Calls { caller: Caller::connect(&address, &tokens).await, made: 0, promises: Vec::new() };
    calls.script().await;
    calls.append_stream().await;
    calls.stream_proposals().await;
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");

    let trace = Trace::parse(&std::fs::read_to_string(file).expect("strace wrote it"));
    let connection = Connection::to(&trace, &address);
    let promises = &calls.promises;
    let mut kept_by = Vec::new();
    for promise in promises {
        kept_by
            .push(check(&trace, &connection, promise).unwrap_or_else(|violation| panic!("{promise:?}: {violation:?}")));
    }
    let count = |log| promises.iter().filter(|promise| promise.log == log).count();
    println!(
        "{} promises, all after a sync: {} in ledger.db, {} in fence.db, {} in candidates.db; {} calls traced",
        promises.len(),
        count("ledger.db-wal"),
        count("fence.db-wal"),
        count("candidates.db-wal"),
        trace.calls.len()
    );
    assert!(count("fence.db-wal") >= 10 && count("ledger.db-wal") >= 60 && count("candidates.db-wal") >= 60);
    for (promise, syncs) in promises.iter().zip(kept_by).step_by(DOCTORED_STRIDE) {
        refuse_doctored(&trace, &address, promise, &syncs);
    }
}

/// The check itself is of use only if it refuses a trace in which something is missing.
fn refuse_doctored(trace: &Trace, address: &str, promise: &Promise, syncs: &[usize]) {
    let judge = |doctored: &Trace| check(doctored, &Connection::to(doctored, address), promise).map(drop);
    let mut without = trace.clone();
    for &sync in syncs.iter().rev() {
        without.calls.remove(sync);
    }
    assert_eq!(judge(&without), Err(Violation::NotSynced), "{promise:?} without its syncs");
    let mut failed = trace.clone();
    let mut late = trace.clone();
    for &sync in syncs {
        failed.calls[sync].result = Some(-1);
        late.calls[sync].ended = usize::MAX;
    }
    assert_eq!(judge(&failed), Err(Violation::NotSynced), "{promise:?} with syncs that failed");
    assert_eq!(judge(&late), Err(Violation::NotSynced), "{promise:?} with syncs that ended later");
    let mut unwritten = trace.clone();
    unwritten.calls.retain(|call| !call.of.ends_with(promise.log) || call.is_sync());
    assert_eq!(judge(&unwritten), Err(Violation::NotWritten), "{promise:?} without a write");
}

impl Calls {
    fn promise(&mut self, ack: Ack, log: &'static str, bytes: Vec<u8>) {
        self.promises.push(Promise { ack, log, bytes });
    }

    /// Thirty commands, and a checkpoint after each entry.
    async fn script(&mut self) {
        let mut script = Script::default();
        for step in steps() {
            let told = script.ask(&self.caller, step).await.expect("it can be asked").expect("it is taken");
            self.promise(Ack::Call(self.made), step.log(), step.id().into_bytes());
            self.made += 1;
            script.told.insert(step, told.clone());
            if let Told::Receipt { index, .. } = told {
                self.checkpoint(index + 1).await;
            }
        }
    }

    /// A checkpoint is answered once it is stored, and the fence before it.
    async fn checkpoint(&mut self, least_size: i64) {
        let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size };
        let response = self.caller.ledger().get_checkpoint(self.caller.as_relay(request)).await.expect("a checkpoint");
        let root = response.into_inner().checkpoint.expect("it is set").root;
        let ack = Ack::Call(self.made);
        self.made += 1;
        self.promise(ack.clone(), "ledger.db-wal", STANDARD.encode(&root).into_bytes());
        self.promise(ack, "fence.db-wal", root);
    }

    async fn append_stream(&mut self) {
        let ids: Vec<String> = (0..STREAMED).map(|number| format!("streamed-{}", 1_000 + number)).collect();
        let items: Vec<_> =
            ids.iter().map(|id| AppendStreamRequest { parent: PARENT.to_owned(), entry: Some(entry(id)) }).collect();
        let request = self.caller.as_relay(tokio_stream::iter(items));
        let mut answers = self.caller.ledger().append_stream(request).await.expect("a stream").into_inner();
        self.made += 1;
        for id in ids {
            let answer = answers.message().await.expect("an answer").expect("one for each");
            assert_eq!(answer.idempotency_key, id);
            self.promise(Ack::Item(id.clone().into_bytes()), "ledger.db-wal", id.into_bytes());
        }
    }

    async fn stream_proposals(&mut self) {
        let items: Vec<_> = (2_000..2_000 + STREAMED).map(item).collect();
        let ids: Vec<String> = items.iter().map(|item| item.request_id.clone()).collect();
        let request = self.caller.as_proposer(tokio_stream::iter(items));
        let mut answers = self.caller.proposals().stream_proposals(request).await.expect("a stream").into_inner();
        self.made += 1;
        for id in ids {
            let answer = answers.message().await.expect("an answer").expect("one for each");
            assert_eq!(answer.request_id, id);
            self.promise(Ack::Item(id.clone().into_bytes()), "candidates.db-wal", id.into_bytes());
        }
    }
}

#[test]
fn strace_is_there() {
    let said = Command::new("strace").arg("--version").output().expect("`strace` is installed; tests/run.sh does it");
    assert!(said.status.success());
}
