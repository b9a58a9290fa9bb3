use std::sync::{Mutex, MutexGuard};

use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream;
use ledger_format::Leaf;
use tokio::sync::{Notify, watch};
use tonic::Status;

use super::watchers::Ends;
use super::{Counts, Outcome, Watched, Work};
use crate::harness::script::{Step, Told};
use crate::harness::{Caller, Replicas, is_cut, leaves};

/// Callers of each kind at once.
const PROPOSERS: usize = 4;
const RECORDERS: usize = 2;
const REVIEWERS: usize = 2;

/// Who asks for everything again in the end.
const ASKING_AGAIN: usize = 8;

/// Where everybody finds their work.
pub struct Office<'a> {
    pub(super) replicas: &'a Replicas,
    work: Mutex<Work>,
    counts: Mutex<Counts>,
    /// Told of each proposal that can be decided.
    news: Notify,
    closing: watch::Sender<bool>,
    /// Where watchers may end, once that is known.
    pub(super) ends: watch::Sender<Option<Ends>>,
}

impl<'a> Office<'a> {
    /// Has everybody work at these processes while `meanwhile` goes on, until all are answered; then has everything said again, the
    /// processes drained, the ledger verified from each data folder and read, and each watcher see all that is there.
    ///
    /// # Panics
    ///
    /// When somebody is refused, or is told something else than before.
    pub async fn work_during(replicas: &'a Replicas, meanwhile: impl Future<Output = ()>) -> Outcome {
        let office = Self {
            replicas,
            work: Mutex::default(),
            counts: Mutex::default(),
            news: Notify::new(),
            closing: watch::Sender::new(false),
            ends: watch::Sender::new(None),
        };
        // Whoever watches finds the workspace.
        let first = office.work().next_to_propose().expect("there is always one");
        office.command(0, first).await;
        let (leaves, watched) = tokio::join!(Box::pin(office.work_to_the_end(meanwhile)), Watched::watch(&office));
        replicas.kill(0);
        let Self { work, counts, .. } = office;
        let (work, counts) = (work.into_inner().expect("nobody failed"), counts.into_inner().expect("nobody failed"));
        Outcome { work, counts, leaves, watched }
    }

    async fn work_to_the_end(&self, meanwhile: impl Future<Output = ()>) -> Vec<Leaf> {
        let closing = async {
            meanwhile.await;
            self.closing.send_replace(true);
        };
        let proposers = join_all((0..PROPOSERS).map(|it| self.commands(it, Work::next_to_propose)));
        let recorders = join_all((0..RECORDERS).map(|it| self.commands(it, Work::next_to_append)));
        let reviewers = join_all((0..REVIEWERS).map(|it| self.commands(it, Work::next_to_decide)));
        tokio::join!(closing, proposers, recorders, reviewers, self.execute());
        self.ask_again().await;
        self.replicas.drain().await;
        for installation in self.replicas.installations() {
            installation.run(&["ledger", "verify"]).expect(0, &[]);
        }
        let leaves = leaves(self.replicas.installations().next().expect("there is one"), "demo").await;
        // What was handed on while they drained, watchers see from the next start on.
        self.replicas.start_again(0).await;
        self.ends.send_replace(Some(Ends::of(&leaves)));
        leaves
    }

    /// Gives one command after the other.
    async fn commands(&self, who: usize, next: fn(&mut Work) -> Option<Step>) {
        let mut closing = self.closing.subscribe();
        for turn in who.. {
            let step = next(&mut self.work());
            let Some(step) = step else {
                tokio::select! {
                    () = self.news.notified() => continue,
                    _ = closing.wait_for(|closing| *closing) => return,
                }
            };
            self.command(turn, step).await;
            if let Step::Propose(_) = step {
                self.news.notify_one();
            }
            if *closing.borrow() {
                return;
            }
        }
    }

    /// Gives one command until it is answered, each time to the next process that lives.
    async fn command(&self, turn: usize, step: Step) {
        let script = self.work().knowing(step);
        let answer = async |caller: Caller| script.answer(&caller, step).await.expect("it can be asked");
        let (was_lost, (told, replayed)) = self.until_answered(turn, answer).await;
        match replayed {
            Some(true) if was_lost => self.counts().stood += 1,
            Some(replayed) => assert!(was_lost || !replayed, "C-6: {step:?} was asked for the first time"),
            None => {}
        }
        self.work().note(step, told);
    }

    /// Calls until there is an answer; tells whether one was lost before.
    pub(super) async fn until_answered<T>(
        &self,
        turn: usize,
        call: impl AsyncFn(Caller) -> Result<T, Status>,
    ) -> (bool, T) {
        let mut was_lost = false;
        for turn in turn.. {
            match call(self.replicas.living(turn).await).await {
                Ok(answer) => return (was_lost, answer),
                Err(status) => {
                    assert!(
                        is_cut(&status),
                        "refused, though nothing is wrong but a process that was killed: {status:?}"
                    );
                    self.counts().lost += 1;
                    was_lost = true;
                }
            }
        }
        unreachable!("it goes on until there is an answer")
    }

    /// Asks for everything again: who was told something is told the same, and that it was done before.
    async fn ask_again(&self) {
        let told: Vec<(Step, Told)> =
            self.work().script.told.iter().map(|(step, told)| (*step, told.clone())).collect();
        let asked = stream::iter(told.into_iter().enumerate()).map(|(turn, (step, before))| async move {
            let script = self.work().knowing(step);
            let caller = self.replicas.living(turn).await;
            let (told, replayed) =
                script.answer(&caller, step).await.expect("it can be asked").expect("nobody is killed any more");
            assert_eq!((before, true), (told, replayed.unwrap_or(true)), "C-6: {step:?}");
        });
        asked.buffer_unordered(ASKING_AGAIN).collect::<()>().await;
    }

    /// Returns once the office closes.
    pub(super) async fn closing(&self) {
        // The sender lives as long as the office.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    pub(super) fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().expect("nobody failed")
    }

    pub(super) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("nobody failed")
    }
}
