use std::{io, time::Duration};

use tokio::net::TcpListener;

use super::connection::{self, Stack};
use crate::shutdown::Shutdown;

/// How long to wait before accepting again when the process has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until the drain begins; each is a task of its own that answers what it took.
pub(super) async fn accept(listener: TcpListener, stack: Stack, shutdown: Shutdown) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.draining() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => {
                // Without it small answers wait for the peer's acknowledgement of the one before.
                if let Err(error) = socket.set_nodelay(true) {
                    tracing::debug!(%error, "a connection broke");
                    continue;
                }
                shutdown.spawn("connection", connection::serve(socket, stack.clone(), shutdown.draining()));
            }
            Err(error) if concerns_one_connection(&error) => {
                tracing::debug!(%error, "a connection broke before it was accepted");
            }
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; raise the limit on open files");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
