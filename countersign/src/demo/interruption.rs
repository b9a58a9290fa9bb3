use std::future::Future;

use service_kit::shutdown::Shutdown;

use crate::failure::Failure;

/// SIGTERM and SIGINT, from the moment this is made: they end what is worked on, not the process.
#[derive(Debug)]
pub struct Interruption {
    asked: Shutdown,
}

impl Interruption {
    /// Begins to watch.
    ///
    /// # Errors
    /// [`Failure::Fault`] when signals cannot be watched.
    pub fn watch() -> Result<Self, Failure> {
        let asked = Shutdown::new();
        asked.begin_on_signals().map_err(Failure::fault)?;
        Ok(Self { asked })
    }

    /// Works until it is done or a signal comes; then the work is dropped where it stands.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], else what the work failed by.
    pub async fn unless<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.asked.draining() => Err(Failure::Interrupted),
            done = work => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_ends_by_itself_or_with_the_signal_and_none_begins_after_it() {
        let interruption = Interruption { asked: Shutdown::new() };
        assert_eq!(interruption.unless(async { Ok(7) }).await.expect("nobody interrupts"), 7);

        let endless = interruption.unless(std::future::pending::<Result<u32, Failure>>());
        let signal = async { interruption.asked.begin() };
        let (ended, ()) = tokio::join!(endless, signal);
        assert!(matches!(ended, Err(Failure::Interrupted)));

        let late = interruption.unless(async { Ok(7) }).await;
        assert!(matches!(late, Err(Failure::Interrupted)));
    }
}
