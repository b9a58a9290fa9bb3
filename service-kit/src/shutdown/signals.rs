use tokio::signal::unix::{SignalKind, signal};

use super::Shutdown;

/// Watches SIGTERM and SIGINT in a task of its own, from the moment this returns.
pub(super) fn listen(shutdown: &Shutdown) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let ending = shutdown.clone();
    shutdown.spawn("signals", async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
            () = ending.draining() => return,
        };
        tracing::info!(signal = name, "a signal asks to end; the process drains");
        ending.begin();
    });
    Ok(())
}
