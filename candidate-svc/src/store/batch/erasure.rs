//! Takes the contents out of a candidate whose erasure the ledger records.

use std::sync::Arc;

use super::{Batch, Touched};
use crate::{
    domain::{ChangeSubject, Erasure},
    store::{
        Denial,
        erasure::{EraseJob, Erased, ErasureRow, KeptEvent},
        request::RequestKey,
    },
    wire,
};

impl Batch<'_> {
    /// Erases a candidate once everything that happened to it stands in the ledger, at indices that the erasure covers.
    pub(super) fn erase(&mut self, job: &EraseJob) -> Result<Erased, Denial> {
        let EraseJob { candidate: name, entry_index, erased_below } = job;
        let candidate = match self.known.candidates.get(name) {
            None => return Ok(Erased::Unknown),
            Some(Err(corrupt)) => return Err(corrupt.clone().into()),
            Some(Ok(candidate)) => Arc::clone(candidate),
        };
        let events = match self.known.histories.get(name) {
            None => return Ok(Erased::Unknown),
            Some(Err(corrupt)) => return Err(corrupt.clone().into()),
            Some(Ok(events)) => events,
        };
        // What happened to it earlier in this batch has no receipt either.
        if self.touched.contains_key(name) || events.iter().any(|kept| kept.entry_index.is_none()) {
            return Ok(Erased::NotYetRecorded);
        }
        let is_in_clear = |kept: &&KeptEvent| !kept.event.erased;
        if events.iter().filter(is_in_clear).any(|kept| kept.entry_index > Some(*erased_below)) {
            return Ok(Erased::CameLate);
        }
        if candidate.erased.is_some() {
            return Ok(Erased::Done);
        }
        let left = events.iter().filter(is_in_clear);
        let left = left.map(|kept| (kept.position, wire::event::encode(&kept.event.erased()))).collect();
        let requests = events.iter().filter_map(|kept| {
            let id = kept.event.request_id.clone()?;
            Some(RequestKey { workspace: name.workspace.clone(), principal: kept.event.actor.clone(), id })
        });
        self.writes.erasures.push(ErasureRow {
            candidate: name.clone(),
            entry_index: *entry_index,
            events: left,
            requests: requests.collect(),
            trigger: Arc::new(candidate.proposal.trigger.erased()),
        });
        let erased = Arc::new(candidate.erased_by(Erasure { erased_at: self.now, entry_index: *entry_index }));
        self.known.kin.forget(&candidate);
        self.touched
            .insert(name.clone(), Touched { before: candidate.revision, change_subject: ChangeSubject::Nothing });
        self.known.candidates.insert(name.clone(), Ok(erased));
        Ok(Erased::Done)
    }
}
