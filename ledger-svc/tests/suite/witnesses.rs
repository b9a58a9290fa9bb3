//! The log as its witnesses see it, and as they may misbehave towards it.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use ledger_format::{AddCheckpoint, CosigningKey, SignedCheckpoint, WitnessPolicy};
use ledger_svc::{
    BuildError, LedgerConfig,
    witness::{self, TrustedLog, Witness, WitnessConfig},
};
use service_kit::{clock::SystemClock, shutdown::Shutdown};
use tokio::net::TcpListener;

use crate::bench::{Bench, Files, PARENT, build, verifying_key};

crate::bench::on_both! {
    a_policy_for_another_log_or_without_a_place_to_ask_is_refused_at_the_start,
}

const LOGS_ORIGIN: &str = "countersign.local/logs";

fn key(seed: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("witness.example/w{seed}"), &[seed; 32]).expect("a key")
}

/// Serves a witness that does as it should; returns its line in a policy.
async fn honest(seed: u8, folder: &Path, shutdown: &Shutdown) -> String {
    let trusted =
        TrustedLog { origin: LOGS_ORIGIN.to_owned(), key: verifying_key().named(LOGS_ORIGIN).expect("a name") };
    let store = folder.join(format!("witness{seed}.db"));
    let witness = Witness::open(key(seed), vec![trusted], &store, Arc::new(SystemClock)).await.expect("it opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    shutdown.spawn("witness", witness::serve(listener, Arc::new(witness), shutdown.draining()));
    format!("witness w{seed} {} http://{address}", key(seed).witness())
}

/// What a witness that misbehaves answers.
type Answer = Arc<Mutex<Box<dyn FnMut(AddCheckpoint) -> Response + Send>>>;

async fn odd(seed: u8, shutdown: &Shutdown, answer: impl FnMut(AddCheckpoint) -> Response + Send + 'static) -> String {
    async fn handle(State(answer): State<Answer>, body: String) -> Response {
        let asked = body.parse().expect("the log sends what it should");
        let mut answer = answer.lock().expect("no panic");
        (*answer)(asked)
    }
    let answer: Answer = Arc::new(Mutex::new(Box::new(answer)));
    let routes = Router::new().route("/at/add-checkpoint", post(handle)).with_state(answer);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let draining = shutdown.draining();
    shutdown.spawn("odd witness", async move { axum::serve(listener, routes).with_graceful_shutdown(draining).await });
    format!("witness w{seed} {} http://{address}/at/", key(seed).witness())
}

fn config(files: &Files, lines: &[&str]) -> LedgerConfig {
    let policy = WitnessPolicy::parse(&lines.join("\n")).expect("a policy");
    let witnesses = WitnessConfig {
        answer_within: Duration::from_secs(2),
        ask_again_after: (Duration::from_millis(20), Duration::from_millis(200)),
        ..WitnessConfig::new(policy, files.path("witnesses.db"))
    };
    LedgerConfig { witnesses: Some(witnesses), ..files.config() }
}

/// Waits until enough witnesses have cosigned so many entries of a log.
async fn witnessed(bench: &Bench, size: i64) {
    loop {
        let request = countersign_api::ledger::v1::GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 0 };
        let found = bench.relay.clone().get_checkpoint(request).await.expect("read").into_inner();
        if found.witnessed_size >= size {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until a witness was asked and did not cosign; returns why.
async fn fault(bench: &Bench, name: &str) -> String {
    loop {
        let found = bench.log_of_logs(0).await;
        let state = found.witnesses.iter().find(|state| state.name == name).expect("it is in the policy");
        if !state.fault.is_empty() {
            return state.fault.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_enough_witnesses_cosigned_is_told_apart_and_kept() {
    let (files, others) = (Files::new(), Shutdown::new());
    let (one, two) = (honest(1, files.folder(), &others).await, honest(2, files.folder(), &others).await);
    let lines = [&one, &two, "group all-of-them all w1 w2", "quorum all-of-them"];
    let bench = files.serve_covering(config(&files, &lines)).await;
    bench.fill(0, 7, 7).await;
    witnessed(&bench, 7).await;
    let found = bench.log_of_logs(0).await;
    let note = SignedCheckpoint::parse(&found.witnessed_note).expect("a note");
    note.verify(&verifying_key().named(LOGS_ORIGIN).expect("a name"), LOGS_ORIGIN).expect("the log's signature stands");
    for seed in [1, 2] {
        let times = note.signatures().iter().filter_map(|line| key(seed).witness().verify(&note, line));
        assert_eq!(times.count(), 1, "witness {seed} cosigned it");
    }
    let states: Vec<(&str, bool)> =
        found.witnesses.iter().map(|state| (state.name.as_str(), state.cosign_time_secs > 0)).collect();
    assert_eq!(states, [("w1", true), ("w2", true)]);
    let text = bench.metrics.to_text().expect("text");
    assert!(text.contains("countersign_ledger_witnessed_size{workspace=\"demo\"} 7\n"), "{text}");
    bench.drain().await;

    // A restart remembers, and goes on where the witnesses are.
    let bench = files.serve_covering(config(&files, &lines)).await;
    witnessed(&bench, 7).await;
    bench.fill(7, 9, 1).await;
    witnessed(&bench, 9).await;
    bench.drain().await;
    others.drain(Duration::from_secs(5)).await.expect("they end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_forgot_is_led_on_from_where_it_says_it_is() {
    let (files, others) = (Files::new(), Shutdown::new());
    let line = honest(1, files.folder(), &others).await;
    let bench = files.serve_covering(config(&files, &[&line, "quorum w1"])).await;
    bench.fill(0, 3, 3).await;
    witnessed(&bench, 3).await;
    bench.drain().await;
    // The log forgets where the witness is; it asks from nothing, is told the size, and asks again.
    std::fs::remove_file(files.path("witnesses.db")).expect("removed");
    let bench = files.serve_covering(config(&files, &[&line, "quorum w1"])).await;
    bench.fill(3, 5, 1).await;
    witnessed(&bench, 5).await;
    bench.drain().await;
    others.drain(Duration::from_secs(5)).await.expect("they end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn witnesses_that_misbehave_hold_up_nobody_and_are_named() {
    let (files, others) = (Files::new(), Shutdown::new());
    let size =
        |number: &'static str| (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], number).into_response();
    let lines = [
        odd(1, &others, |_| "nonsense\n— \n".into_response()).await,
        // Its own cosignature of another checkpoint.
        odd(2, &others, |asked: AddCheckpoint| {
            let text = asked.checkpoint.text().replacen(LOGS_ORIGIN, "elsewhere.example/log", 1);
            let other = SignedCheckpoint::parse(&text).expect("a note");
            format!("{}\n", key(2).cosign(&other, 7)).into_response()
        })
        .await,
        // A cosignature by a key that is not in the policy.
        odd(3, &others, |asked: AddCheckpoint| format!("{}\n", key(9).cosign(&asked.checkpoint, 7)).into_response())
            .await,
        odd(4, &others, move |_| size("999999\n")).await,
        odd(5, &others, |_| StatusCode::NOT_FOUND.into_response()).await,
        odd(6, &others, |_| StatusCode::FORBIDDEN.into_response()).await,
        odd(7, &others, |_| StatusCode::UNPROCESSABLE_ENTITY.into_response()).await,
        odd(8, &others, |_| (StatusCode::INTERNAL_SERVER_ERROR, "\u{202e}boom").into_response()).await,
        odd(10, &others, |_| "x".repeat(100_000).into_response()).await,
        odd(11, &others, |_| (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response()).await,
        format!("witness w12 {} http://127.0.0.1:1", key(12).witness()),
        honest(13, files.folder(), &others).await,
        "quorum w13".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let bench = files.serve_covering(config(&files, &lines)).await;
    bench.fill(0, 4, 4).await;
    witnessed(&bench, 4).await;
    for (name, said) in [
        ("w1", "no cosignature"),
        ("w2", "no cosignature"),
        ("w3", "no cosignature"),
        ("w4", "put back to an older copy"),
        ("w5", "404"),
        ("w6", "403"),
        ("w7", "422"),
        ("w8", "\\u{202e}boom"),
        ("w10", "more than"),
        ("w11", "302"),
        ("w12", "can not be reached"),
    ] {
        let found = fault(&bench, name).await;
        assert!(found.contains(said), "{name}: {found}");
    }
    // The log itself goes on as if nobody were asked.
    bench.fill(4, 40, 4).await;
    bench.drain().await;
    others.drain(Duration::from_secs(5)).await.expect("they end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_forked_is_refused_by_its_witness() {
    let (files, others) = (Files::new(), Shutdown::new());
    let line = honest(1, files.folder(), &others).await;
    let bench = files.serve_covering(config(&files, &[&line, "quorum w1"])).await;
    bench.fill(0, 5, 5).await;
    witnessed(&bench, 5).await;
    bench.drain().await;
    for file in ["ledger.db", "fence.db", "witnesses.db"] {
        std::fs::remove_file(files.path(file)).expect("removed");
    }
    let bench = files.serve_covering(config(&files, &[&line, "quorum w1"])).await;
    bench.fill(100, 105, 5).await;
    let found = fault(&bench, "w1").await;
    assert!(found.contains("two histories") || found.contains("older copy"), "{found}");
    assert_eq!(bench.log_of_logs(0).await.witnessed_size, 0);
    bench.drain().await;
    others.drain(Duration::from_secs(5)).await.expect("they end");
}

async fn a_policy_for_another_log_or_without_a_place_to_ask_is_refused_at_the_start(files: Files) {
    let own = verifying_key().named(LOGS_ORIGIN).expect("a name");
    let line = format!("witness w1 {} http://127.0.0.1:1", key(1).witness());
    let other = format!("log {}", verifying_key().named("elsewhere.example").expect("a name"));
    let no_url = format!("witness w1 {}", key(1).witness());
    let file_url = format!("witness w1 {} file:///etc/passwd", key(1).witness());
    for (lines, said) in [
        (vec![other.as_str(), &line, "quorum w1"], own.to_string()),
        (vec![no_url.as_str(), "quorum w1"], "`w1` has no URL".to_owned()),
        (vec![file_url.as_str(), "quorum w1"], "`w1` has no URL".to_owned()),
        (vec!["quorum none"], "names no witness".to_owned()),
    ] {
        let refused = build(config(&files, &lines)).await.expect_err("refused");
        assert!(matches!(refused, BuildError::Policy(_)), "{refused:?}");
        assert!(refused.to_string().contains(&said), "{refused}");
    }
    let listed = format!("log {own}");
    build(config(&files, &[&listed, &line, "quorum w1"])).await.expect("its own key is listed");
}
