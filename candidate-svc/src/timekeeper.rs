//! The timekeeper: does what time alone brings about, as `services/clock`. It never approves (C-10).
//!
//! It sleeps until the earliest deadline of any candidate and then gives the same commands that a caller would, through the
//! same writer. What a crash leaves: deadlines stand in the rows, so the next start finds what is due.

use std::sync::Arc;
use std::time::Duration;

use service_kit::{clock::Clock, group_commit::SubmitError, shutdown::Shutdown};

use crate::{
    domain::{Actor, Candidate, Command, LoseTrack, Moment, Release, State},
    store::{Ask, CommandJob, Error, Store, WriteError},
};

/// The most candidates that are settled in one round.
const ROUND_MAX: u32 = 500;

/// How long to wait after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Does what is due, when it is due.
#[derive(Debug)]
pub(crate) struct Timekeeper {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why a round did not end as it should.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("what is due can not be read: {0}")]
    Read(#[from] Error),
    #[error("what is due can not be written: {0}")]
    Write(#[from] SubmitError),
}

/// What a round left to do.
enum Left {
    /// More is due now.
    More,
    /// Nothing is due before the deadline that the store knows.
    Nothing,
    /// Something is due and can not be done now: a damaged row, or a rule that says no.
    Stuck,
}

impl Timekeeper {
    /// Keeps time until the drain begins.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut deadline = self.store.signals().deadline();
        while !shutdown.is_draining() {
            // Forgotten before the store is asked: an earlier deadline that is committed meanwhile is set anew.
            self.store.signals().forget_deadline();
            let left = self.round().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "time can not be kept now");
                Left::Stuck
            });
            deadline.mark_unchanged();
            let sleep_until = match left {
                Left::More => continue,
                Left::Nothing => deadline.borrow().map(Moment::timestamp),
                Left::Stuck => Some(self.clock.now() + AGAIN_AFTER),
            };
            let sleep = async {
                match sleep_until {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => {}
                changed = deadline.changed() => if changed.is_err() { return },
                () = shutdown.draining() => return,
            }
        }
    }

    /// Does what is due now.
    async fn round(&self) -> Result<Left, RoundError> {
        let now = Moment::from(self.clock.now());
        let due = self.store.read().due(now, ROUND_MAX).await?;
        let mut entered = Vec::with_capacity(due.len());
        for candidate in &due {
            if let Some(command) = due_command(candidate, now) {
                entered.push((&candidate.name, self.store.enter_command(job(candidate, command)).await));
            }
        }
        let mut done = 0;
        for (name, entered) in entered {
            match async { entered?.answer().await }.await {
                Ok(_) => done += 1,
                // Somebody decided meanwhile: nothing is due any more, or not yet.
                Err(WriteError::Denied(denial)) => {
                    tracing::debug!(workspace = name.workspace.id(), candidate = %name.id, reason = %denial, "not due");
                }
                Err(WriteError::NotTaken(error)) => return Err(error.into()),
            }
        }
        if done > 0 {
            return Ok(Left::More);
        }
        if let Some(earliest) = self.store.read().earliest_deadline().await? {
            self.store.signals().expect_by(earliest);
            if earliest <= Moment::from(self.clock.now()) {
                return Ok(if due.is_empty() { Left::More } else { Left::Stuck });
            }
        }
        Ok(Left::Nothing)
    }
}

fn job(candidate: &Candidate, command: Command) -> CommandJob {
    let ask = Ask { actor: Arc::new(Actor::Clock), request: None, traceparent: String::new() };
    CommandJob { ask, candidate: candidate.name.clone(), command, in_batch: false }
}

/// Returns what time brings about for a candidate now; none when nothing is due.
fn due_command(candidate: &Candidate, now: Moment) -> Option<Command> {
    if candidate.next_deadline().is_none_or(|deadline| now < deadline) {
        return None;
    }
    match &candidate.state {
        State::Executing(_) => Some(Command::LoseTrack(LoseTrack::LeaseLapsed)),
        State::Held(held) if held.until_at.is_some() => Some(Command::Release(Release { etag: None })),
        _ if candidate.escalates_next() => Some(Command::Escalate),
        _ => Some(Command::Expire),
    }
}
