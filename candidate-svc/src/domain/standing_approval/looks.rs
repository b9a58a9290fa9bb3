//! What the looks at a standing approval's audit sample found, and when they say that it must end.

use std::fmt;
use std::str::FromStr;

use service_kit::access::PrincipalId;
use statistics::TurnWatch;

use super::{StandingApproval, StandingApprovalUse};
use crate::domain::{Candidate, StateName};

const HARMFUL: char = 'x';
const HARMLESS: char = 'o';

/// What came of the candidates that a person looked at, in the order in which it was known: harmful, or not.
///
/// As text, `o` is a harmless one and `x` a harmful one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looks(Vec<bool>);

/// Says that a text is no list of looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a look is `o` or `x`, not `{0}`")]
pub struct NoLook(char);

impl Looks {
    /// Returns how many there were, and how many found harm.
    pub fn counts(&self) -> (usize, usize) {
        (self.0.len(), self.0.iter().filter(|is_harmful| **is_harmful).count())
    }

    /// Returns after how many looks the rate of harm turned above what policy allows; none when it has not. Looks beyond it change
    /// nothing, and neither does when one asks: [`TurnWatch`] holds however often one looks.
    pub fn turned_after(&self, harm_at_most_per_mille: u32) -> Option<usize> {
        let threshold = f64::from(harm_at_most_per_mille) / 1_000.0;
        TurnWatch::of_a_standing_approval(threshold).turned_after(&self.0)
    }
}

impl fmt::Display for Looks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&is_harmful| write!(formatter, "{}", if is_harmful { HARMFUL } else { HARMLESS }))
    }
}

impl FromStr for Looks {
    type Err = NoLook;

    fn from_str(text: &str) -> Result<Self, NoLook> {
        let look = |letter| match letter {
            HARMFUL => Ok(true),
            HARMLESS => Ok(false),
            other => Err(NoLook(other)),
        };
        text.chars().map(look).collect::<Result<_, _>>().map(Self)
    }
}

impl StandingApproval {
    /// Takes in what a change of a candidate lets be known of a look; none when nothing.
    ///
    /// A candidate counts when it is first known whether it was harmful: rejected, edited before its first approval, failed, or else
    /// executed. Executed and sent back later, it counts once more, as harmful: the more careful of two ways. What its own proposer rejects
    /// or edits nobody else has looked at.
    pub fn saw(&self, before: Option<&Candidate>, after: &Candidate, by: &PrincipalId) -> Option<Self> {
        let look = |candidate: &Candidate| {
            let used = candidate.standing_approval.as_ref()?;
            (used.name == self.name && used.drawn_for_audit).then_some(used.found_harmful)
        };
        let before = look(before?)?;
        let now = look(after);
        let is_decided = now.is_none() || after.state.name() == StateName::Rejected;
        if is_decided && *by == after.proposer {
            return None;
        }
        let found = match now {
            Some(found) => found.filter(|_| found != before),
            // An edit ends the use: the person who looked found something to change.
            None => (before.is_none() && after.was_edited()).then_some(true),
        };
        let mut looks = self.looks.clone();
        looks.0.push(found?);
        Some(Self { looks, ..self.clone() })
    }
}

impl StandingApprovalUse {
    /// Notes what the candidate's state says of it.
    pub(in crate::domain) fn note_outcome(&mut self, state: StateName) {
        match state {
            StateName::Rejected | StateName::Failed | StateName::Rework => self.found_harmful = Some(true),
            StateName::Executed => _ = self.found_harmful.get_or_insert(false),
            StateName::Proposed
            | StateName::NeedsEvidence
            | StateName::NeedsOwner
            | StateName::Edited
            | StateName::Held
            | StateName::Approved
            | StateName::Executing
            | StateName::OutcomeUnknown
            | StateName::Withdrawn
            | StateName::Expired => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_read_back_as_written() {
        for text in ["", "o", "x", "ooxox"] {
            let looks: Looks = text.parse().expect("looks");
            assert_eq!(looks.to_string(), text);
            assert_eq!(looks.counts(), (text.len(), text.matches('x').count()));
        }
        assert_eq!("o?".parse::<Looks>(), Err(NoLook('?')));
    }

    #[test]
    fn a_run_of_harm_turns_it_once_and_for_all_and_harmlessness_does_not() {
        let after = |text: &str| text.parse::<Looks>().expect("looks").turned_after(50);
        let turned = after(&"x".repeat(40)).expect("it turns");
        assert!((3..20).contains(&turned), "{turned}");
        assert_eq!(after(&format!("{}{}", "x".repeat(turned), "o".repeat(500))), Some(turned));
        assert_eq!(after(&"o".repeat(2_000)), None);
        assert_eq!(after(""), None);
    }
}
