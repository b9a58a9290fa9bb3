use countersign_api::candidate::v1::{RecordedEvent, WatchCandidatesRequest, WatchOutcomesRequest};
use countersign_api::ledger::v1::SubscribeEntriesRequest;
use countersign_api::name::CandidateName;
use futures::future::join_all;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use ledger_format::{Leaf, leaf_hash};
use tonic::Status;

use super::Office;
use crate::harness::script::{PARENT, reason};
use crate::harness::{Caller, is_cut};

/// What is seen at once: places in the ledger with what stands there, and the token to go on behind them.
struct Seen {
    places: Places,
    resume_token: String,
}

type Stream = BoxStream<'static, Result<Seen, Status>>;

/// Indices and leaves' hashes in the order of their coming.
type Places = Vec<(u64, Vec<u8>)>;

/// What watchers saw from the log's beginning on.
#[derive(Debug)]
pub struct Watched {
    /// Those who subscribe to its entries.
    entries: Vec<Places>,
    /// Those who watch candidates, and those who watch what becomes of their own proposals.
    events: Vec<Places>,
}

/// The last index of an entry, and of one about a candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    entry: u64,
    event: u64,
}

impl Ends {
    pub(super) fn of(leaves: &[Leaf]) -> Self {
        let last = |is_it: fn(&Leaf) -> bool| leaves.iter().rposition(is_it).expect("there is one") as u64;
        Self { entry: last(|_| true), event: last(is_about_a_candidate) }
    }
}

impl Watched {
    /// Watches in every way by way of each process, until the end was seen.
    pub(super) async fn watch(office: &Office<'_>) -> Self {
        let each = || 0..office.replicas.len();
        let entries = join_all(each().map(|turn| watch(office, turn, |ends| ends.entry, subscribe)));
        let candidates = join_all(each().map(|turn| watch(office, turn, |ends| ends.event, watch_candidates)));
        let outcomes = join_all(each().map(|turn| watch(office, turn, |ends| ends.event, watch_outcomes)));
        let (entries, candidates, outcomes) = tokio::join!(entries, candidates, outcomes);
        Self { entries, events: [candidates, outcomes].concat() }
    }

    /// Returns how many watched.
    pub const fn count(&self) -> usize {
        self.entries.len() + self.events.len()
    }

    /// Asserts that each saw every entry that it watches for, once and in order: all events are of candidates that one proposer proposed.
    ///
    /// # Panics
    ///
    /// When one did not.
    pub fn assert_whole(&self, leaves: &[Leaf]) {
        let expected = |is_it: fn(&Leaf) -> bool| -> Places {
            let wanted = (0..).zip(leaves).filter(|(_, leaf)| is_it(leaf));
            wanted
                .map(|(index, leaf)| (index, leaf_hash(&leaf.encode().expect("a leaf")).as_bytes().to_vec()))
                .collect()
        };
        for (watched, expected) in [(&self.entries, expected(|_| true)), (&self.events, expected(is_about_a_candidate))]
        {
            for seen in watched {
                // What is executed after the last start may be seen, too.
                let seen = &seen[..expected.len().min(seen.len())];
                let differs = seen.iter().zip(&expected).position(|(seen, expected)| seen != expected);
                assert!(differs.is_none() && seen.len() == expected.len(), "a watcher skipped something: {differs:?}");
            }
        }
    }
}

fn is_about_a_candidate(leaf: &Leaf) -> bool {
    leaf.subject.parse::<CandidateName>().is_ok()
}

/// Goes on behind what was seen, at the next process that lives, as often as a stream is cut.
async fn watch<F>(office: &Office<'_>, turn: usize, end: fn(&Ends) -> u64, open: fn(Caller, String) -> F) -> Places
where
    F: Future<Output = Result<Stream, Status>>,
{
    let (mut seen, mut resume_token) = (Places::new(), String::new());
    let mut ends = office.ends.subscribe();
    for turn in turn.. {
        let opened = open(office.replicas.living(turn).await, resume_token.clone()).await;
        let mut stream = opened.unwrap_or_else(|cut| futures::stream::once(async { Err(cut) }).boxed());
        let cut = loop {
            let last = seen.last().map(|(index, _)| *index);
            let next = tokio::select! {
                next = stream.try_next() => next,
                _ = ends.wait_for(|ends| ends.is_some_and(|ends| last >= Some(end(&ends)))) => return seen,
            };
            match next {
                Ok(next) => {
                    let next: Seen = next.expect("a watch has no end of its own");
                    seen.extend(next.places);
                    resume_token = next.resume_token;
                }
                Err(cut) => break cut,
            }
        };
        assert!(is_cut(&cut) || reason(&cut) == "SHUTTING_DOWN", "{cut:?}");
        office.counts().streams += 1;
    }
    unreachable!("it goes on until all is seen")
}

async fn subscribe(caller: Caller, resume_token: String) -> Result<Stream, Status> {
    let request = SubscribeEntriesRequest { parent: PARENT.to_owned(), start_index: 0, resume_token };
    let chunks = caller.ledger().subscribe_entries(caller.as_relay(request)).await?.into_inner();
    let seen = chunks.map_ok(|chunk| Seen {
        places: chunk.entries.into_iter().map(|entry| place(entry.index, entry.leaf_hash)).collect(),
        resume_token: chunk.resume_token,
    });
    Ok(seen.boxed())
}

async fn watch_candidates(caller: Caller, resume_token: String) -> Result<Stream, Status> {
    let request = WatchCandidatesRequest { parent: PARENT.to_owned(), resume_token };
    let events = caller.reviews().watch_candidates(caller.as_reviewer(request)).await?.into_inner();
    Ok(events.map_ok(|told| seen(told.event, told.resume_token)).boxed())
}

async fn watch_outcomes(caller: Caller, resume_token: String) -> Result<Stream, Status> {
    let request = WatchOutcomesRequest { parent: PARENT.to_owned(), resume_token };
    let events = caller.proposals().watch_outcomes(caller.as_proposer(request)).await?.into_inner();
    Ok(events.map_ok(|told| seen(told.event, told.resume_token)).boxed())
}

fn seen(event: Option<RecordedEvent>, resume_token: String) -> Seen {
    let event = event.expect("it is set");
    Seen { places: vec![place(event.entry_index, event.leaf_hash)], resume_token }
}

fn place(index: i64, leaf_hash: Vec<u8>) -> (u64, Vec<u8>) {
    (u64::try_from(index).expect("an index"), leaf_hash)
}
