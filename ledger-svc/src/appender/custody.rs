use std::{collections::HashMap, sync::Arc};

use ledger_format::custody::with_all_above;

use super::{Appended, Committer, Recorded, Refusal};
use crate::{
    custody::{Act, Change, CustodyRefusal, ErasureStep},
    log::{Halt, Log},
    store::{self, read},
};

impl Committer {
    /// Records what is asked for about contents and does it, in a commit of its own.
    ///
    /// For an erasure: the entry and the emptied rows are one commit; a crash before it leaves nothing, a crash after it a key that the
    /// next start destroys. Asked again under the same key, it answers as before and finishes what is not finished.
    pub(super) async fn custody(
        &mut self,
        log: &Arc<Log>,
        act: Act,
    ) -> Result<Result<Recorded, Refusal>, store::Error> {
        let recorded = self.record(log, act).await;
        // What was refused, or stood already, ends its turn without a commit.
        self.writer.leave().await;
        match recorded {
            Ok(Ok((appended, effect))) => self.finish(log, appended, effect).await,
            Ok(Err(refusal)) => Ok(Err(refusal)),
            Err(error) if error.is_of_rows() => {
                tracing::error!(workspace = log.workspace.id(), error = %error, "contents can not be looked up");
                log.set_halt(Halt::StorageFailed);
                Ok(Err(Halt::StorageFailed.into()))
            }
            Err(error) => Err(error),
        }
    }

    async fn record(&mut self, log: &Arc<Log>, act: Act) -> Result<Result<(Appended, Effect), Refusal>, store::Error> {
        self.begin(std::slice::from_ref(&log.workspace)).await?;
        if let Some(halt) = log.halt() {
            return Ok(Err(halt.into()));
        }
        let mut staging = self.stage(log, &[act.entry().idempotency_key.as_str()], &[]).await?;
        if !staging.knows(&act.entry().idempotency_key) {
            match self.refuse(log, &act).await? {
                Decision::Go => {}
                Decision::Stands(receipt) => return Ok(Ok((Appended { receipt, replayed: true }, Effect::Again))),
                Decision::Refuse(refusal) => return Ok(Err(refusal.into())),
            }
        }
        let is_erasure = matches!(act, Act::Erase(_) | Act::Repeat(_));
        let change = Change::of(&act, &log.workspace, staging.next_index());
        let appended = match staging.settle(vec![act.into_entry()], &*self.ids) {
            Ok(appended) => appended[0],
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !appended.replayed {
            self.erasure_steps.reached(ErasureStep::Decided);
            let mut commit = self.number(HashMap::from([(log.workspace.clone(), staging)])).await?;
            commit.change = Some(change);
            let moves = commit.moves.clone();
            self.writer.commit(commit).await?;
            self.note_committed(1, &moves);
            if is_erasure {
                log.note_erasure();
            }
        }
        Ok(Ok((appended, if is_erasure { Effect::Erased } else { Effect::None })))
    }

    /// Looks up whether it is allowed; under a new key only: what is recorded was.
    async fn refuse(&mut self, log: &Log, act: &Act) -> Result<Decision, store::Error> {
        let (workspace, subject) = (&log.workspace, act.entry().subject.as_str());
        let rows = &mut self.writer.rows();
        match act {
            Act::PlaceHold(_) => Ok(Decision::Go),
            Act::ReleaseHold(_, hold_index) => {
                let stands = read::hold_stands(rows, workspace, subject, *hold_index).await?;
                let refusal = || CustodyRefusal::NoSuchHold { subject: subject.to_owned(), hold_index: *hold_index };
                Ok(if stands { Decision::Go } else { Decision::Refuse(refusal()) })
            }
            Act::Erase(_) | Act::Repeat(_) => {
                if !read::knows_subject(rows, workspace, subject).await? {
                    return Ok(Decision::Refuse(CustodyRefusal::UnknownSubject { subject: subject.to_owned() }));
                }
                if let Act::Repeat(_) = act {
                    let Some(erasure) = read::latest_erasure(rows, workspace, subject).await? else {
                        return Ok(Decision::Refuse(CustodyRefusal::NeverErased { subject: subject.to_owned() }));
                    };
                    if read::keys_in_use(rows, workspace, &[subject]).await?.is_empty() {
                        let leaf_hash = read::entry(rows, workspace, erasure).await?.map(|entry| entry.leaf_hash);
                        let row = || format!("{}/{erasure}", workspace.id());
                        let missing = || store::Error::MissingRow { table: "entries", row: row() };
                        let receipt =
                            ledger_format::Receipt { index: erasure, leaf_hash: leaf_hash.ok_or_else(missing)? };
                        return Ok(Decision::Stands(receipt));
                    }
                }
                let above: Vec<&str> = with_all_above(subject).collect();
                Ok(match read::standing_hold(rows, workspace, &above).await? {
                    Some(hold) => {
                        Decision::Refuse(CustodyRefusal::Held { held: hold.subject, hold_index: hold.placed_index })
                    }
                    None => Decision::Go,
                })
            }
        }
    }

    /// Does what the entry says has happened, where anything is left to do, and counts it.
    async fn finish(
        &mut self,
        log: &Log,
        appended: Appended,
        effect: Effect,
    ) -> Result<Result<Recorded, Refusal>, store::Error> {
        if let Effect::None = effect {
            return Ok(Ok(Recorded { appended, erased_entries: 0 }));
        }
        let index = appended.receipt.index;
        self.writer.begin(&[]).await?;
        let keys = read::erased_keys(&mut self.writer.rows(), Some((&log.workspace, index))).await?;
        self.writer.leave().await;
        self.erasure_steps.reached(ErasureStep::Recorded);
        match self.keys.destroy(&keys).await {
            Err(store::Error::WalInUse { .. }) => return Ok(Err(CustodyRefusal::KeyStillRead.into())),
            destroyed => destroyed?,
        }
        self.erasure_steps.reached(ErasureStep::KeyDestroyed);
        match self.writer.empty_wal().await {
            // What is left in it nobody can open; the next erasure, or the end of the process, empties it.
            Err(store::Error::WalInUse { .. }) => {
                tracing::warn!("erased bytes, which no key opens, stay in a WAL that somebody reads");
            }
            emptied => emptied?,
        }
        self.erasure_steps.reached(ErasureStep::Emptied);
        let erased_entries = match effect {
            Effect::Erased => {
                self.writer.begin(&[]).await?;
                let counted = read::count_erased(&mut self.writer.rows(), &log.workspace, index).await?;
                self.writer.leave().await;
                counted
            }
            Effect::Again | Effect::None => 0,
        };
        Ok(Ok(Recorded { appended, erased_entries }))
    }
}

/// Whether something about contents is done.
enum Decision {
    Go,
    /// It stands already, and nothing is left to do.
    Stands(ledger_format::Receipt),
    Refuse(CustodyRefusal),
}

/// What is to be done once it is recorded.
enum Effect {
    None,
    Erased,
    Again,
}
