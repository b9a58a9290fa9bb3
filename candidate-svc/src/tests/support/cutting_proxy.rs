//! Stands between a process and its database, and cuts the connection at a commit.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use service_kit::shutdown::Shutdown;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// A proxy that listens on a socket of its own.
pub(crate) struct CuttingProxy {
    folder: PathBuf,
    plan: Arc<Plan>,
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server commits, and nobody is told.
    BehindTheCommit,
    /// The server never hears of it.
    BeforeTheCommit,
}

struct Plan {
    cut: Mutex<Cut>,
    left: AtomicUsize,
}

/// What a client sends to commit: a simple query of this text.
const COMMIT: &[u8] = b"COMMIT\0";

const SOCKET: &str = ".s.PGSQL.5432";

impl CuttingProxy {
    /// Starts between `folder` and the server that listens in `server`.
    pub(crate) fn start(folder: &Path, server: &Path, tasks: &Shutdown) -> Self {
        let listener = UnixListener::bind(folder.join(SOCKET)).expect("it binds");
        let plan = Arc::new(Plan { cut: Mutex::new(Cut::BehindTheCommit), left: AtomicUsize::new(0) });
        let (server, planned, spawning) = (server.join(SOCKET), Arc::clone(&plan), tasks.clone());
        tasks.spawn("proxy", async move {
            let closing = spawning.draining();
            tokio::pin!(closing);
            loop {
                let (client, _) = tokio::select! {
                    accepted = listener.accept() => accepted.expect("a client"),
                    () = &mut closing => return,
                };
                let server = UnixStream::connect(&server).await.expect("the server listens");
                let (planned, draining) = (Arc::clone(&planned), spawning.clone());
                spawning.spawn("proxied", async move {
                    tokio::select! {
                        () = proxy(client, server, planned) => {}
                        () = draining.draining() => {}
                    }
                });
            }
        });
        Self { folder: folder.to_owned(), plan }
    }

    /// Returns the URL of a database by way of the proxy.
    pub(crate) fn url(&self, database: &str) -> String {
        let host = self.folder.to_str().expect("plain").replace('/', "%2F");
        format!("postgres://countersign@{host}/{database}")
    }

    /// Cuts the next commits.
    pub(crate) fn cut_next(&self, cut: Cut, commits: usize) {
        *self.plan.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
        self.plan.left.store(commits, Ordering::SeqCst);
    }

    /// Tells how many are still to be cut.
    pub(crate) fn left_to_cut(&self) -> usize {
        self.plan.left.load(Ordering::SeqCst)
    }
}

impl Plan {
    /// Takes one cut from the plan, if there is one for what was sent.
    fn take(&self, sent: &[u8]) -> Option<Cut> {
        let commits = sent.windows(COMMIT.len()).any(|part| part == COMMIT);
        let taken =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1).filter(|_| commits));
        taken.ok().map(|_| *self.cut.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn proxy(client: UnixStream, server: UnixStream, plan: Arc<Plan>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    loop {
        tokio::select! {
            sent = read(&mut from_client) => {
                let Some(sent) = sent else { return };
                match plan.take(&sent) {
                    Some(Cut::BeforeTheCommit) => return,
                    Some(Cut::BehindTheCommit) => {
                        // The server's answer says that the commit stands; nobody is told.
                        if to_server.write_all(&sent).await.is_ok() {
                            read(&mut from_server).await;
                        }
                        return;
                    }
                    None => if write(&mut to_server, &sent).await.is_none() { return },
                }
            }
            answered = read(&mut from_server) => {
                let Some(answered) = answered else { return };
                if write(&mut to_client, &answered).await.is_none() {
                    return;
                }
            }
        }
    }
}

/// Reads what is there; none at the end.
async fn read(from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 64 * 1024];
    let length = from.read(&mut bytes).await.ok().filter(|length| *length > 0)?;
    bytes.truncate(length);
    Some(bytes)
}

async fn write(to: &mut OwnedWriteHalf, bytes: &[u8]) -> Option<()> {
    to.write_all(bytes).await.ok()
}
