//! Follows what other processes commit.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use service_kit::database::PostgresDatabase;
use sqlx::postgres::PgListener;

use super::{
    WriterId, candidates, census, due,
    notice::{CHANNEL, Notice, Told},
    workspaces,
};
use crate::{
    domain::{Executing, State},
    store::{Error, Signals},
};

/// How long to wait before a database is asked again that did not answer.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// How long nothing may be said before everything is looked at all the same: a connection can be dead for long before it says so.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// Wakes those who wait in this process for what others commit.
#[derive(Debug)]
pub(in crate::store) struct Follower {
    database: PostgresDatabase,
    signals: Arc<Signals>,
    reader: WriterId,
    listener: Option<PgListener>,
}

impl Follower {
    /// Begins to listen, then takes in what there is: nothing that is committed from here on is missed.
    pub(in crate::store) async fn begin(
        database: PostgresDatabase,
        signals: Arc<Signals>,
        reader: WriterId,
    ) -> Result<Self, Error> {
        let mut follower = Self { database, signals, reader, listener: None };
        follower.listen().await?;
        Ok(follower)
    }

    /// Follows until `closing`.
    pub(in crate::store) async fn run(mut self, closing: impl Future<Output = ()> + Send) {
        let mut closing = pin!(closing);
        loop {
            let followed = tokio::select! {
                () = &mut closing => return,
                followed = self.turn() => followed,
            };
            if let Err(error) = followed {
                self.listener = None;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what other processes write is not followed until the database answers"
                );
                tokio::select! {
                    () = &mut closing => return,
                    () = tokio::time::sleep(ASK_AGAIN) => {}
                }
            }
        }
    }

    /// Waits for one notice and passes on what it says.
    async fn turn(&mut self) -> Result<(), Error> {
        let Some(listener) = &mut self.listener else { return self.listen().await };
        let told = match tokio::time::timeout(SILENCE_MAX, listener.try_recv()).await {
            Err(_) => return self.look().await,
            Ok(received) => received?.map(|received| Notice::read(received.payload(), self.reader)),
        };
        match told {
            // The connection was lost, and what was told meanwhile with it.
            None => self.listen().await,
            Some(Told::Nothing) => Ok(()),
            Some(Told::Changed(effects)) => {
                self.signals.publish(effects);
                Ok(())
            }
            Some(Told::More(effects)) => {
                self.signals.publish(effects);
                self.look().await
            }
        }
    }

    /// Listens anew, counts anew, and looks at everything.
    ///
    /// Listening comes first: a commit between it and the count is told and counted, so that the gauges may be off by what was written in
    /// that moment, and nobody sleeps through it.
    async fn listen(&mut self) -> Result<(), Error> {
        let mut listener = PgListener::connect_with(&self.database.listener_pool()).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        let mut connection = self.database.reader(None).await?;
        let (states, outbox_events) =
            (census::states(&mut connection).await?, census::outbox_events(&mut connection).await?);
        self.signals.begin(workspaces::all(&mut connection).await?, &states, outbox_events);
        drop(connection);
        self.listener = Some(listener);
        self.look().await
    }

    /// Looks at everything that somebody may wait for.
    async fn look(&self) -> Result<(), Error> {
        let mut connection = self.database.reader(None).await?;
        self.signals.learn(workspaces::all(&mut connection).await?);
        if let Some(earliest) = due::earliest(&mut connection).await? {
            self.signals.expect_by(earliest);
        }
        let held = self.signals.held_claims();
        let names: Vec<_> = held.iter().map(|(name, _)| name.clone()).collect();
        let found = candidates::find(&mut connection, &names).await?;
        for (name, fence) in held {
            let Some(Ok(candidate)) = found.get(&name) else { continue };
            let is_live = matches!(&candidate.state, State::Executing(Executing { claim, .. }) if claim.fence == fence);
            if !is_live {
                self.signals.give_back(&name, fence);
            }
        }
        self.signals.wake_all();
        Ok(())
    }
}
