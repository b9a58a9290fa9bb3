//! Commits whose answer is lost, and a server that dies under load.
// On one database alone: a file has no connection to lose.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::Candidate;
use futures::future::join_all;
use service_kit::shutdown::{DRAIN_MAX, Shutdown};
use throwaway_postgres::{Cluster, Setup};

use crate::tests::support::{Bench, Cut, CuttingProxy, approve, drain_all, proposal, propose};

/// A process that reaches its database through a proxy.
async fn behind_a_proxy(cluster: &Cluster, tasks: &Shutdown) -> (tempfile::TempDir, CuttingProxy, Bench) {
    let folder = tempfile::tempdir().expect("a folder");
    let proxy = CuttingProxy::start(folder.path(), &cluster.socket_folder(), tasks);
    let bench = Bench::at(&proxy.url("postgres")).await;
    (folder, proxy, bench)
}

#[tokio::test]
async fn a_commit_that_stands_is_answered_as_what_it_was_though_its_answer_was_lost() {
    let (cluster, tasks) = (Cluster::start(&Setup::default()), Shutdown::new());
    let (_folder, proxy, bench) = behind_a_proxy(&cluster, &tasks).await;
    proxy.cut_next(Cut::BehindTheCommit, 1);
    let answer = bench.proposer().propose_candidate(propose("p", proposal("7"))).await.expect("answered").into_inner();
    assert_eq!((proxy.left_to_cut(), answer.replayed), (0, false), "it was made, and is not told as made before");
    let candidate = answer.candidate.expect("a candidate");
    bench.recorded().await;
    proxy.cut_next(Cut::BehindTheCommit, 1);
    let request = approve(&candidate, "a");
    bench.reviewer("humans/anna").approve_candidate(request).await.expect("approved");
    bench.recorded().await;
    // A claim has no request id to be found again by: that it stands is told by the number of its batch.
    proxy.cut_next(Cut::BehindTheCommit, 1);
    let permits = bench.permits(drain_all()).await;
    assert_eq!((permits.len(), proxy.left_to_cut()), (1, 0), "the claim stands, and its permit is given");
    assert_eq!(cluster.execute("postgres", "SELECT count(*) FROM countersign_candidates.candidates").trim(), "1");
    bench.end().await;
    tasks.drain(DRAIN_MAX).await.expect("the proxy ends");
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_decided_anew() {
    let (cluster, tasks) = (Cluster::start(&Setup::default()), Shutdown::new());
    let (_folder, proxy, bench) = behind_a_proxy(&cluster, &tasks).await;
    proxy.cut_next(Cut::BeforeTheCommit, 2);
    let answer = bench.proposer().propose_candidate(propose("p", proposal("7"))).await.expect("answered").into_inner();
    assert_eq!((proxy.left_to_cut(), answer.replayed), (0, false));
    assert_eq!(cluster.execute("postgres", "SELECT count(*) FROM countersign_candidates.candidates").trim(), "1");
    bench.recorded().await;
    assert_eq!(bench.ledger.entries().len(), 1);
    bench.end().await;
    tasks.drain(DRAIN_MAX).await.expect("the proxy ends");
}

#[tokio::test]
async fn a_server_that_is_killed_under_load_loses_nothing_that_was_acknowledged() {
    let cluster = Cluster::start(&Setup::default());
    let one = Bench::at(&cluster.url("postgres")).await;
    let other = one.beside().await;
    let benches = [&one, &other];
    let proposed = (0..60).map(|n| {
        let bench = benches[n % 2];
        async move { bench.propose(&format!("p{n}"), proposal(&format!("{n}"))).await }
    });
    // It is killed while proposals are on their way, and started again; they wait meanwhile, and each is answered in the end.
    let (candidates, ()) = tokio::join!(join_all(proposed), async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        cluster.kill();
        cluster.start_again();
    });
    let by_name: BTreeMap<&str, &Candidate> = candidates.iter().map(|it| (it.name.as_str(), it)).collect();
    assert_eq!(by_name.len(), 60, "each request made its own candidate");
    for candidate in &candidates {
        assert_eq!(other.candidate(&candidate.name).await, *candidate, "what was acknowledged stands");
    }
    assert_eq!(cluster.execute("postgres", "SELECT count(*) FROM countersign_candidates.candidates").trim(), "60");
    // A relay that met a dead connection waits a while before it asks again.
    while other.store().read().outbox_events().await.expect("the outbox") > 0 {
        other.advance_secs(60);
    }
    assert_eq!(one.ledger.entries().len(), 60, "C-5: each event once");
}
