//! Processes that serve the same candidates and the same ledger, each with a data folder of its own; one is killed, others go on.

use std::sync::{Arc, Mutex};

use futures::future::join_all;
use tokio::sync::watch;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::script::is_late;
use super::{Caller, Databases, Installation, Server, Tokens};

/// Processes over one set of databases, or one process over its files.
pub struct Replicas(Vec<Replica>);

/// One of them.
struct Replica {
    installation: Arc<Installation>,
    tokens: Tokens,
    server: Mutex<Option<Server>>,
    /// The way to it while it lives.
    caller: watch::Sender<Option<Caller>>,
}

impl Replicas {
    /// Starts one process over files of its own.
    pub async fn over_files() -> Self {
        Self(vec![Replica::start(Installation::new()).await])
    }

    /// Starts processes that share databases: the first draws the keys that all of them need.
    pub async fn over(databases: &Databases, count: usize) -> Self {
        let first = Replica::start(Installation::on(databases.urls())).await;
        let others: Vec<_> = (1..count).map(|_| first.installation.on_another_machine()).collect();
        let others = join_all(others.into_iter().map(Replica::start)).await;
        Self(std::iter::once(first).chain(others).collect())
    }

    /// Returns how many there are, dead or alive.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the data folders.
    pub fn installations(&self) -> impl Iterator<Item = &Installation> {
        self.0.iter().map(|replica| &*replica.installation)
    }

    /// Returns the way to a process that lives, in turn; waits until one does.
    pub async fn living(&self, turn: usize) -> Caller {
        let count = self.0.len();
        let in_turn = || (turn..turn + count).find_map(|at| self.0[at % count].caller.borrow().clone());
        if let Some(caller) = in_turn() {
            return caller;
        }
        let started = self.0.iter().map(|replica| {
            let mut caller = replica.caller.subscribe();
            Box::pin(async move { caller.wait_for(Option::is_some).await.expect("it is not dropped").clone() })
        });
        let (caller, ..) = futures::future::select_all(started).await;
        caller.expect("waited for")
    }

    /// Returns those that live now.
    pub fn living_ones(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, replica)| replica.caller.borrow().is_some()).map(|(which, _)| which)
    }

    /// Kills one with SIGKILL.
    pub fn kill(&self, which: usize) {
        self.0[which].stop().kill();
    }

    /// Starts one again that was killed or drained.
    pub async fn start_again(&self, which: usize) {
        self.0[which].start_again().await;
    }

    /// Ends all of them as SIGTERM does, and the relay of each hands on what it has.
    ///
    /// # Panics
    ///
    /// When one does not end in good order.
    pub async fn drain(&self) {
        for replica in &self.0 {
            let server = replica.stop();
            let (status, stderr) = blocking(move || server.terminate()).await;
            assert!(status.success(), "{stderr}");
        }
    }
}

impl Replica {
    async fn start(installation: Installation) -> Self {
        let installation = Arc::new(installation);
        let here = Arc::clone(&installation);
        let (server, tokens) = blocking(move || (Server::start(&here), Tokens::of(&here))).await;
        let caller = Caller::connect(server.address(), &tokens).await;
        Self { installation, tokens, server: Mutex::new(Some(server)), caller: watch::Sender::new(Some(caller)) }
    }

    async fn start_again(&self) {
        let here = Arc::clone(&self.installation);
        let server = blocking(move || Server::start(&here)).await;
        let caller = Caller::connect(server.address(), &self.tokens).await;
        *self.server.lock().expect("nobody failed") = Some(server);
        self.caller.send_replace(Some(caller));
    }

    fn stop(&self) -> Server {
        self.caller.send_replace(None);
        self.server.lock().expect("nobody failed").take().expect("it runs")
    }
}

/// Does what blocks beside everything else.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it does not fail")
}

/// Tells whether a call ended without an answer, as with a process that was killed: whether it was done, nobody knows.
pub fn is_cut(status: &Status) -> bool {
    status.get_details_error_info().is_none() && !is_late(status)
}
