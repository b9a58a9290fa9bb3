//! Stands between a ledger and its database, and loses the answer to a commit: the commit stands, its writer does not know.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
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
pub struct CuttingProxy {
    folder: PathBuf,
    to_lose: Arc<AtomicUsize>,
}

/// What a client sends to commit: a simple query of this text.
const COMMIT: &[u8] = b"COMMIT\0";

const SOCKET: &str = ".s.PGSQL.5432";

impl CuttingProxy {
    /// Starts between `folder` and the server that listens in `server`.
    pub fn start(folder: &Path, server: &Path, tasks: &Shutdown) -> Self {
        let listener = UnixListener::bind(folder.join(SOCKET)).expect("it binds");
        let to_lose = Arc::new(AtomicUsize::new(0));
        let (server, lose, spawning) = (server.join(SOCKET), Arc::clone(&to_lose), tasks.clone());
        tasks.spawn("proxy", async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&server).await.expect("the server listens");
                spawning.spawn("proxied", proxy(client, server, Arc::clone(&lose)));
            }
        });
        Self { folder: folder.to_owned(), to_lose }
    }

    /// Returns the URL of a database by way of the proxy.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.to_str().expect("plain").replace('/', "%2F");
        format!("postgres://countersign@{host}/{database}")
    }

    /// Loses the answers to the next commits.
    pub fn lose_next(&self, commits: usize) {
        self.to_lose.store(commits, Ordering::SeqCst);
    }

    /// Tells how many answers are still to be lost.
    pub fn left_to_lose(&self) -> usize {
        self.to_lose.load(Ordering::SeqCst)
    }
}

async fn proxy(client: UnixStream, server: UnixStream, to_lose: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    loop {
        tokio::select! {
            sent = forward(&mut from_client, &mut to_server) => match sent {
                Some(sent) if sent.windows(COMMIT.len()).any(|part| part == COMMIT) && take_one(&to_lose) => {
                    // The server's answer says that the commit stands; nobody is told.
                    let mut answer = [0; 4_096];
                    let _ = from_server.read(&mut answer).await;
                    return;
                }
                Some(_) => {}
                None => return,
            },
            answered = forward(&mut from_server, &mut to_client) => if answered.is_none() { return },
        }
    }
}

fn take_one(to_lose: &AtomicUsize) -> bool {
    to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

/// Passes on what is there and returns it; none at the end.
async fn forward(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 64 * 1024];
    let length = from.read(&mut bytes).await.ok().filter(|length| *length > 0)?;
    bytes.truncate(length);
    to.write_all(&bytes).await.ok()?;
    Some(bytes)
}
