//! A disk whose k-th sync fails, for every k of a script, and one that is full from the k-th write on: what was answered is there after
//! a restart, nothing was written meanwhile, and the server said so.

use std::time::Duration;

use countersign_api::candidate::v1::GetCandidateRequest;
use countersign_api::ledger::v1::GetEntryRequest;
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use system_tests::harness::faults::{Fault, count};
use system_tests::harness::script::{PARENT, Script, Step, Told, is_storage_failed};
use system_tests::harness::{Caller, Installation, Seed, Server, Tokens, get, leaves};

const DATABASES: [&str; 3] = ["ledger.db", "fence.db", "candidates.db"];

const SYNCS: &str = "fsync,fdatasync";

const WRITES: &str = "pwrite64";

/// How long health may take to tell of a fault.
const TOLD_MAX: Duration = Duration::from_secs(30);

/// Of the places where a fault can be, every so many-th is tried in the suite; all of them in the laboratory.
const SYNC_STRIDE: usize = 12;

/// A write fails in the middle of the same commits: fewer of them say more.
const WRITE_STRIDE: usize = 120;

/// How often what happened.
#[derive(Debug, Default)]
struct Outcomes {
    tried: usize,
    /// The server refused to start and said why.
    refused_to_start: usize,
    /// It served, stopped writing, and said so.
    stopped_writing: usize,
    /// The fault was not reached while it served.
    not_reached: usize,
}

/// A data folder with tokens, to begin each run with.
struct Beginning {
    installation: Installation,
    tokens: Tokens,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_sync_loses_nothing_that_was_answered() {
    Box::pin(sweep(SYNCS, "EIO", "", SYNC_STRIDE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_answered() {
    Box::pin(sweep(WRITES, "ENOSPC", "+", WRITE_STRIDE)).await;
}

async fn sweep(calls: &'static str, error: &'static str, and_later: &str, stride: usize) {
    let installation = Installation::new();
    let beginning = Beginning { tokens: Tokens::of(&installation), installation };
    let seed = Seed::printed();
    for database in DATABASES {
        let most = without_a_fault(&beginning, database, calls).await;
        let stride =
            if std::env::var("COUNTERSIGN_LAB").is_ok_and(|lab| lab == "full") { full_stride(calls) } else { stride };
        // Of few places, as in the fence store, three are tried all the same.
        let stride = stride.min(most.div_ceil(3)).max(1);
        let first = 1 + usize::try_from(seed.below(stride as u64)).expect("small");
        let mut outcomes = Outcomes::default();
        for place in (first..=most).step_by(stride) {
            let fault = Fault { database, calls, error, when: format!("{place}{and_later}") };
            with_a_fault(&beginning, &fault, &mut outcomes).await;
        }
        println!("{error} at {calls} of {database}, of {most} every {stride}th from the {first}th: {outcomes:?}");
        assert!(outcomes.tried > 0 && outcomes.stopped_writing > 0, "{database}: {outcomes:?}");
    }
}

/// Every sync; of the writes, which are many in each commit, every seventh: no commit of the script is without one.
fn full_stride(calls: &str) -> usize {
    if calls == SYNCS { 1 } else { 7 }
}

/// Runs the script undisturbed and returns how many calls the thread that writes made.
async fn without_a_fault(beginning: &Beginning, database: &str, calls: &str) -> usize {
    let installation = beginning.installation.duplicate();
    let (program, watch) = count(database, calls, &installation.data_dir(), &installation.path("calls"));
    let server = Server::start_under(&installation, &program).expect("it starts");
    let caller = Caller::connect(server.address(), &beginning.tokens).await;
    let mut script = Script::default();
    let refused = script.run(&caller).await;
    assert!(refused.is_empty() && script.told.len() == 30, "{refused:?}");
    server.kill();
    watch.most_of_a_thread()
}

async fn with_a_fault(beginning: &Beginning, fault: &Fault, outcomes: &mut Outcomes) {
    let installation = beginning.installation.duplicate();
    let (program, watch) = fault.strace(&installation.data_dir(), &installation.path("calls"));
    let mut script = Script::default();
    outcomes.tried += 1;
    match Server::start_under(&installation, &program) {
        Err(said) => {
            assert!(watch.failed() > 0, "{fault:?}: it did not start: {said}");
            assert!(said.contains(fault.database), "{fault:?}: it does not name the file: {said}");
            outcomes.refused_to_start += 1;
        }
        Ok(server) => {
            let caller = Caller::connect(server.address(), &beginning.tokens).await;
            let refused = script.run(&caller).await;
            for (step, status) in &refused {
                assert!(is_storage_failed(status), "{fault:?}: {step:?}: {status:?}");
            }
            if watch.failed() > 0 {
                assert_stopped(&server, &caller, fault, &script).await;
                outcomes.stopped_writing += 1;
            } else {
                assert!(refused.is_empty(), "{fault:?}: {refused:?}");
                outcomes.not_reached += 1;
            }
            server.kill();
        }
    }
    assert_nothing_lost(&installation, &beginning.tokens, fault, script).await;
}

/// Says so in its health, refuses every write to that database, and goes on reading.
async fn assert_stopped(server: &Server, caller: &Caller, fault: &Fault, script: &Script) {
    until_not_serving(server.address(), fault).await;
    let health = get(server.admin(), "/healthz");
    let part = if fault.database == "candidates.db" { "candidates:" } else { "ledger:" };
    assert!(health.starts_with("HTTP/1.1 503") && health.contains(part), "{fault:?}: {health}");

    let probe = if fault.database == "candidates.db" { Step::Propose(9_999) } else { Step::Append(9_999) };
    let refused = script.ask(caller, probe).await.expect("it can be asked").expect_err("nothing is written any more");
    assert!(is_storage_failed(&refused), "{fault:?}: {refused:?}");
    for word in ["restart", "storage"] {
        assert!(refused.message().contains(word), "{fault:?}: `{word}` is not in `{}`", refused.message());
    }
    for told in script.told.values() {
        match told {
            Told::Receipt { index, .. } => {
                let request = GetEntryRequest { parent: PARENT.to_owned(), index: *index };
                caller.ledger().get_entry(caller.as_relay(request)).await.expect("entries are read");
            }
            Told::Proposed { name, .. } | Told::Decided { name, .. } => {
                let request = GetCandidateRequest { name: name.clone(), include_history: true };
                caller.reviews().get_candidate(caller.as_reviewer(request)).await.expect("candidates are read");
            }
        }
    }
}

/// Waits until the health service says that it does not serve.
async fn until_not_serving(address: &str, fault: &Fault) {
    let channel = Channel::from_shared(format!("http://{address}")).expect("an address").connect().await;
    let mut health = HealthClient::new(channel.expect("it answers"));
    let mut states = health.watch(HealthCheckRequest::default()).await.expect("a stream").into_inner();
    let told = async {
        loop {
            let state = states.message().await.expect("a state").expect("the stream goes on");
            if state.status() == ServingStatus::NotServing {
                return;
            }
        }
    };
    tokio::time::timeout(TOLD_MAX, told).await.unwrap_or_else(|_| panic!("{fault:?}: health says nothing"));
}

/// Whole as it was left; after a restart everything is told as before, the rest is taken, and the ledger has each of it once.
async fn assert_nothing_lost(installation: &Installation, tokens: &Tokens, fault: &Fault, mut script: Script) {
    if !script.told.is_empty() {
        installation.run(&["ledger", "verify"]).expect(0, &[]);
    }
    let server = Server::start(installation);
    let caller = Caller::connect(server.address(), tokens).await;
    let refused = script.run(&caller).await;
    assert!(refused.is_empty() && script.told.len() == 30, "{fault:?}: {refused:?}");
    assert!(get(server.admin(), "/healthz").starts_with("HTTP/1.1 200"), "{fault:?}");
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{fault:?}: {stderr}");
    installation.run(&["ledger", "verify"]).expect(0, &[]);
    script.assert_recorded(&leaves(installation, "demo").await);
}
