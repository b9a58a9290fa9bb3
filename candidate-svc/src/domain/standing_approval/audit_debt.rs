//! What an audit sample owes: every look that the draw asked for is taken by a person, on this candidate or on another one.

use service_kit::access::PrincipalId;

use super::{Draw, StandingApproval};
use crate::domain::limits::AUDITS_WAITING_MAX;
use crate::domain::{Candidate, StateName};

impl StandingApproval {
    /// Says why a proposal under it goes to a person; none when it does not. `drawn_by_hash` is what the keyed hash of its id says.
    pub fn draw(&self, drawn_by_hash: bool) -> Option<Draw> {
        if drawn_by_hash {
            Some(Draw::Sample)
        } else if self.audits_owed > 0 {
            Some(Draw::Owed)
        } else if self.audits_waiting >= AUDITS_WAITING_MAX {
            Some(Draw::Waiting)
        } else {
            None
        }
    }

    /// Counts what a change of a candidate does to the looks that it owes; none when nothing.
    ///
    /// A drawn candidate that ends without a person's decision, taken back, superseded or expired, leaves the look owed: the next ones
    /// go to a person in its place, until a person has decided on one of them that no draw of its own sent there. One that went there
    /// in another's place and ends likewise changes nothing: the look is owed as it was. Its own proposer's decision is no look.
    pub fn looked(&self, before: Option<&Candidate>, after: &Candidate, by: &PrincipalId) -> Option<Self> {
        let awaited = before.and_then(Candidate::awaits_look).filter(|used| used.name == self.name);
        let awaits = after.awaits_look().filter(|used| used.name == self.name);
        match (awaited, awaits) {
            (None, None) | (Some(_), Some(_)) => None,
            (None, Some(_)) => Some(Self { audits_waiting: self.audits_waiting + 1, ..self.clone() }),
            (Some(used), None) => {
                let ended = matches!(after.state.name(), StateName::Withdrawn | StateName::Expired);
                let unseen = ended || *by == after.proposer;
                let owed = self.audits_owed + u32::from(unseen && !used.in_place_of_another);
                let paid = u32::from(!unseen && used.in_place_of_another);
                Some(Self {
                    audits_waiting: self.audits_waiting.saturating_sub(1),
                    audits_owed: owed.saturating_sub(paid),
                    ..self.clone()
                })
            }
        }
    }
}
