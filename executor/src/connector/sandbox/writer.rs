use std::{collections::HashMap, sync::Arc};

use countersign_api::name::Workspace;
use service_kit::{
    clock::Clock,
    database::SqliteDatabase,
    group_commit::{CommitBatch, Pending, WriterFailed},
};
use sqlx::SqliteConnection;

use super::{
    effect,
    payload::Action,
    record::Record,
    store::{self, CallKey, KeptCall},
};
use crate::connector::{Done, Failed, RefusalClass};

/// What is written to `sandbox.db`.
#[derive(Debug)]
pub(super) enum Job {
    Call(CallJob),
    Seed { workspace: Workspace, records: Vec<Record> },
}

/// A call, parsed.
#[derive(Debug)]
pub(super) struct CallJob {
    pub key: CallKey,
    pub operation: String,
    pub payload_digest: [u8; 32],
    pub action: Action,
}

/// What became of a job.
#[derive(Debug)]
pub(super) enum Answer {
    Called(Result<Done, Failed>),
    Seeded { inserted: u64 },
}

/// Writes whatever waits in one transaction.
#[derive(Debug)]
pub(super) struct SandboxWriter {
    pub database: SqliteDatabase,
    pub clock: Arc<dyn Clock>,
}

impl CommitBatch for SandboxWriter {
    type Job = Job;
    type Answer = Answer;

    async fn commit(&mut self, batch: Vec<Pending<Job, Answer>>) -> Result<(), WriterFailed> {
        let (jobs, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|pending| (pending.job, pending.reply)).unzip();
        let answers = self.write(jobs).await.map_err(|error| WriterFailed { reason: whole_story(&error) })?;
        for (reply, answer) in replies.into_iter().zip(answers) {
            reply.send(answer);
        }
        Ok(())
    }
}

impl SandboxWriter {
    /// A crash before the commit leaves none of the batch, one after it leaves effects and keys together: a caller who
    /// asks again under the same key gets the first answer.
    async fn write(&self, jobs: Vec<Job>) -> Result<Vec<Answer>, store::Error> {
        let mut tx = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut calls = Calls::load(&mut tx, &jobs).await?;
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            answers.push(match job {
                Job::Call(call) => Answer::Called(self.call(&mut tx, &mut calls, call).await?),
                Job::Seed { workspace, records } => {
                    Answer::Seeded { inserted: store::insert_missing_records(&mut tx, &workspace, &records).await? }
                }
            });
        }
        store::keep_calls(&mut tx, &calls.new).await?;
        tx.commit().await?;
        Ok(answers)
    }

    async fn call(
        &self,
        connection: &mut SqliteConnection,
        calls: &mut Calls,
        call: CallJob,
    ) -> Result<Result<Done, Failed>, store::Error> {
        if let Some(kept) = calls.known.get(&call.key) {
            return Ok(repeat(kept, &call));
        }
        let outcome = effect::apply(connection, &call.key.workspace, &call.action, self.clock.now()).await?;
        if let Ok(done) = &outcome {
            let CallJob { key, operation, payload_digest, .. } = call;
            calls.note(key, KeptCall { operation, payload_digest, done: done.clone() });
        }
        Ok(outcome)
    }
}

/// The calls that took effect, before or in this transaction.
struct Calls {
    known: HashMap<CallKey, KeptCall>,
    new: Vec<(CallKey, KeptCall)>,
}

impl Calls {
    async fn load(connection: &mut SqliteConnection, jobs: &[Job]) -> Result<Self, store::Error> {
        let keys = jobs.iter().filter_map(|job| match job {
            Job::Call(call) => Some(&call.key),
            Job::Seed { .. } => None,
        });
        Ok(Self { known: store::load_calls(connection, keys).await?, new: Vec::new() })
    }

    fn note(&mut self, key: CallKey, call: KeptCall) {
        self.known.insert(key.clone(), call.clone());
        self.new.push((key, call));
    }
}

fn repeat(kept: &KeptCall, call: &CallJob) -> Result<Done, Failed> {
    if kept.payload_digest == call.payload_digest && kept.operation == call.operation {
        return Ok(kept.done.clone());
    }
    let message = "this idempotency key took effect before with another payload: approve anew under a new key";
    Err(Failed::refused(RefusalClass::Invalid, message))
}

fn whole_story(error: &store::Error) -> String {
    match error {
        store::Error::Driver(source) => format!("{error}: {source}"),
        store::Error::CorruptRow { .. } => error.to_string(),
    }
}
