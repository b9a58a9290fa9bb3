use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use super::Follower;
use crate::store::{
    self,
    postgres::{Notice, Notices, PostgresLedger},
};

/// How long to wait before a database is asked again that did not answer.
const ASK_AGAIN: Duration = Duration::from_millis(200);

impl Follower {
    /// Follows a shared database until `closing`. What is missed while it does not answer is caught up with by the next look at the heads.
    pub(crate) async fn run(self: Arc<Self>, database: PostgresLedger, closing: impl Future<Output = ()> + Send) {
        let mut closing = pin!(closing);
        let mut notices = None;
        loop {
            let followed = tokio::select! {
                () = &mut closing => return,
                followed = self.turn(&database, &mut notices) => followed,
            };
            if let Err(error) = followed {
                notices = None;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what others write is not followed until the database answers"
                );
                tokio::select! {
                    () = &mut closing => return,
                    () = tokio::time::sleep(ASK_AGAIN) => {}
                }
            }
        }
    }

    /// Waits for a notice and looks where it says; begins to listen where nobody does yet, and then looks at everything.
    async fn turn(&self, database: &PostgresLedger, notices: &mut Option<Notices>) -> Result<(), store::Error> {
        let notice = if let Some(notices) = notices {
            notices.next().await?
        } else {
            *notices = Some(database.notices().await?);
            Notice::OfAny
        };
        match notice {
            Notice::Of(workspaces) => self.follow(Some(&workspaces)).await,
            Notice::OfAny => self.follow(None).await,
        }
    }
}
