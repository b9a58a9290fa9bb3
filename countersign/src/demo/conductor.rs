use std::collections::{HashMap, HashSet, VecDeque};

use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::candidate::v1::{CandidateEvent, RecordedEvent, WatchCandidatesRequest};
use futures::stream::{FuturesUnordered, StreamExt as _};
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use tokio::sync::mpsc;
use tonic::Status;

use super::reviewers::{Acted, Reviewers, Step, Story, next_step};
use super::scope::Scope;
use super::tally::Tally;
use crate::failure::Failure;
use crate::session::is_under_way;

/// The most decisions on their way at once.
const DECISIONS_MAX: usize = 128;

/// A proposal that the server keeps.
#[derive(Debug, Clone)]
pub enum Kept {
    /// As it was sent.
    Answered {
        /// The candidate.
        candidate: String,
        /// The revision it was kept at.
        revision: i64,
        /// Whether it had been kept before.
        replayed: bool,
    },
    /// As it was sent first, when the same facts were read from another export.
    InOtherWords {
        /// The id that both were sent under.
        request_id: String,
    },
}

/// What came of conducting.
#[derive(Debug)]
pub struct Conducted {
    /// The candidates of this run.
    pub candidates: HashSet<String>,
    /// What was counted.
    pub tally: Tally,
}

/// Follows the ledger's order of events and has reviewers act on it, until nothing more will happen.
///
/// Nothing more will happen once every proposal is answered, and for every candidate of this demonstration the record has
/// come at least as far as every answer said, no reviewer has a next step, and no execution is under way. It is told all that
/// by the stream; it never asks again and again.
#[derive(Debug)]
pub struct Conductor {
    reviewers: Option<Reviewers>,
    scope: Scope,
    tracks: HashMap<String, Track>,
    ready: VecDeque<String>,
    unsettled: usize,
    /// Requests of this run whose candidate the record has told of.
    met: HashSet<String>,
    /// Requests whose candidate is kept, and known by the record alone, which has not come as far.
    awaited: HashSet<String>,
    /// Entries that stood in the ledger at the beginning: nobody acts before they have been read.
    recorded_before: u64,
    is_caught_up: bool,
    tally: Tally,
}

/// One candidate.
#[derive(Debug, Default)]
struct Track {
    story: Story,
    /// The record must come this far before anything follows from it.
    expected_revision: i64,
    is_acting: bool,
    is_unsettled: bool,
}

impl Conductor {
    /// Begins with the candidates of a run; without reviewers, nobody decides.
    pub fn new(reviewers: Option<Reviewers>, scope: Scope, recorded_before: u64, tally: Tally) -> Self {
        Self {
            reviewers,
            scope,
            tracks: HashMap::new(),
            ready: VecDeque::new(),
            unsettled: 0,
            met: HashSet::new(),
            awaited: HashSet::new(),
            recorded_before,
            is_caught_up: recorded_before == 0,
            tally,
        }
    }

    /// Works until nothing more will happen; `kept` ends when every proposal is answered.
    ///
    /// # Errors
    /// A refusal of a decision that no change of the candidate explains; a broken stream.
    pub async fn run(
        mut self,
        channel: AuthorizedChannel,
        parent: String,
        mut kept: mpsc::Receiver<Kept>,
    ) -> Result<Conducted, Failure> {
        let mut client = ReviewServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES);
        let request = WatchCandidatesRequest { parent, resume_token: String::new() };
        let mut events = client.watch_candidates(request).await?.into_inner();
        let mut acting = FuturesUnordered::new();
        let mut proposing = true;
        while proposing || self.unsettled > 0 || !self.awaited.is_empty() || !self.is_caught_up {
            while acting.len() < DECISIONS_MAX
                && let Some((name, step)) = self.next_act()
            {
                acting.push(self.act(name, step));
            }
            tokio::select! {
                answer = kept.recv(), if proposing => if let Some(answer) = answer {
                    self.kept(answer);
                } else {
                    proposing = false;
                    self.tally.all_answered();
                },
                Some((name, acted)) = acting.next() => self.acted(&name, acted)?,
                event = events.message() => match event? {
                    Some(response) => self.recorded(response.event.unwrap_or_default()),
                    None => return Err(Failure::Unreachable(anyhow::anyhow!("the stream of events ended too early"))),
                },
            }
        }
        self.tally.all_settled();
        Ok(Conducted { candidates: self.tracks.into_keys().collect(), tally: self.tally })
    }

    /// Takes a note of an answered proposal.
    fn kept(&mut self, answer: Kept) {
        match answer {
            Kept::Answered { candidate, revision, replayed } => {
                self.tally.proposed(replayed);
                let track = self.tracks.entry(candidate.clone()).or_default();
                track.expected_revision = track.expected_revision.max(revision);
                self.look_at(&candidate);
            }
            Kept::InOtherWords { request_id } => {
                self.tally.proposed(true);
                if !self.met.contains(&request_id) {
                    self.awaited.insert(request_id);
                }
            }
        }
    }

    /// Takes in what the ledger has recorded.
    fn recorded(&mut self, recorded: RecordedEvent) {
        if let Some(event) = recorded.event {
            self.absorb(&event);
            self.tally.recorded(recorded.entry_index, self.is_caught_up);
        }
        let read = u64::try_from(recorded.entry_index).map_or(0, |index| index + 1);
        if !self.is_caught_up && read >= self.recorded_before {
            self.is_caught_up = true;
            let names: Vec<String> = self.tracks.keys().cloned().collect();
            for name in names {
                self.look_at(&name);
            }
        }
    }

    fn absorb(&mut self, event: &CandidateEvent) {
        if self.scope.begins_with(event) {
            self.awaited.remove(&event.request_id);
            self.met.insert(event.request_id.clone());
            self.tracks.entry(event.candidate.clone()).or_default();
        }
        // Without a track it is somebody else's: neither decided on, nor waited for, nor counted.
        let Some(track) = self.tracks.get_mut(&event.candidate) else { return };
        track.story.absorb(event);
        self.tally.happened(event, self.is_caught_up);
        self.look_at(&event.candidate);
    }

    fn acted(&mut self, name: &str, acted: Result<Acted, Box<Status>>) -> Result<(), Failure> {
        let track = self.tracks.get_mut(name).expect("invariant: who acts on a candidate has a track of it");
        track.is_acting = false;
        let expected = match acted.map_err(|status| Failure::from(*status).about(name))? {
            Acted::Done { revision, is_decision } => {
                if is_decision {
                    self.tally.decided();
                }
                revision
            }
            Acted::Overtaken { revision } => revision,
        };
        track.expected_revision = track.expected_revision.max(expected);
        self.look_at(name);
        Ok(())
    }

    /// Queues the candidate when somebody has a next step on it, and keeps count of those that something will still happen to.
    fn look_at(&mut self, name: &str) {
        let Some(track) = self.tracks.get_mut(name) else { return };
        let is_current = track.story.revision >= track.expected_revision && !track.is_acting;
        let has_step = is_current && next_of(self.reviewers.as_ref(), &track.story).is_some();
        let is_unsettled = !is_current || has_step || is_under_way(track.story.state);
        if has_step && self.is_caught_up {
            self.ready.push_back(name.to_owned());
        }
        match (track.is_unsettled, is_unsettled) {
            (false, true) => self.unsettled += 1,
            (true, false) => self.unsettled -= 1,
            (true, true) | (false, false) => {}
        }
        track.is_unsettled = is_unsettled;
    }

    /// Takes the next candidate that somebody has a step on; what was queued may be settled or acting by now.
    fn next_act(&mut self) -> Option<(String, Step)> {
        while let Some(name) = self.ready.pop_front() {
            let Some(track) = self.tracks.get_mut(&name) else { continue };
            if track.is_acting || track.story.revision < track.expected_revision {
                continue;
            }
            if let Some(step) = next_of(self.reviewers.as_ref(), &track.story) {
                track.is_acting = true;
                return Some((name, step));
            }
        }
        None
    }

    fn act(&self, name: String, step: Step) -> impl Future<Output = (String, Result<Acted, Box<Status>>)> + use<> {
        let reviewers = self.reviewers.clone().expect("invariant: only reviewers have steps");
        let story = self.tracks[&name].story.clone();
        async move {
            let acted = reviewers.act(&story, step).await;
            (name, acted)
        }
    }
}

fn next_of(reviewers: Option<&Reviewers>, story: &Story) -> Option<Step> {
    let reviewers = reviewers?;
    next_step(&reviewers.plan(story), story)
}

#[cfg(test)]
mod tests;
