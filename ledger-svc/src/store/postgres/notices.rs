use std::time::Duration;

use service_kit::database::PostgresDatabase;
use sqlx::postgres::PgListener;

use crate::store::Error;

/// What other processes say they have committed.
///
/// A notice only says where to look: what is read then is the head. One that is lost, as with a connection, costs time and nothing else.
#[derive(Debug)]
pub(crate) struct Notices {
    listener: PgListener,
}

/// Which logs to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// These.
    Of(Vec<String>),
    /// Any of them.
    OfAny,
}

/// PostgreSQL takes less than 8,000 bytes.
const TEXT_MAX_BYTES: usize = 7_000;

/// How long nothing may be said before the heads are looked at all the same.
const SILENCE_MAX: Duration = Duration::from_secs(1);

impl Notices {
    /// Where commits are told.
    pub(super) const CHANNEL: &str = "countersign_ledger";

    pub(super) async fn listen(database: &PostgresDatabase) -> Result<Self, Error> {
        let mut listener = PgListener::connect_with(&database.listener_pool()).await?;
        listener.listen(Self::CHANNEL).await?;
        Ok(Self { listener })
    }

    /// Writes a notice about these logs.
    pub(super) fn text<'w>(workspaces: impl Iterator<Item = &'w str>) -> String {
        let text = workspaces.collect::<Vec<_>>().join(",");
        if text.len() > TEXT_MAX_BYTES { String::new() } else { text }
    }

    /// Waits for a notice, a second at most.
    ///
    /// # Errors
    /// [`Error::Driver`] when the connection is lost.
    pub(crate) async fn next(&mut self) -> Result<Notice, Error> {
        match tokio::time::timeout(SILENCE_MAX, self.listener.try_recv()).await {
            Err(_) => Ok(Notice::OfAny),
            Ok(Ok(None)) => Err(sqlx::Error::PoolClosed.into()),
            Ok(received) => Ok(received?.map_or(Notice::OfAny, |received| Notice::read(received.payload()))),
        }
    }
}

impl Notice {
    fn read(text: &str) -> Self {
        if text.is_empty() { Self::OfAny } else { Self::Of(text.split(',').map(str::to_owned).collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_its_logs_or_says_that_there_are_too_many() {
        assert_eq!(
            Notice::read(&Notices::text(["a", "b"].into_iter())),
            Notice::Of(vec!["a".to_owned(), "b".to_owned()])
        );
        let long = "w".repeat(63);
        assert_eq!(Notice::read(&Notices::text(std::iter::repeat_n(long.as_str(), 200))), Notice::OfAny);
    }
}
