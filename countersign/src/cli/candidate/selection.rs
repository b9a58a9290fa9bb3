//! Which candidates a command is about: options that make one filter.

use clap::{Args, ValueEnum};

/// Which candidates: all options must hold.
#[derive(Debug, Args)]
pub struct Selection {
    /// Only those in this state.
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    state: Option<String>,
    /// Only those with this owner, e.g. `humans/anna`.
    #[arg(long, value_name = "PRINCIPAL")]
    owner: Option<String>,
    /// Only those whose turn it is: `me`, a person, by delegation too, or e.g. `roles/manager`.
    #[arg(long, value_name = "WHO")]
    turn: Option<String>,
    /// Only those of this action type, e.g. `create_task`.
    #[arg(long, value_name = "NAME")]
    action_type: Option<String>,
    /// Only those at this risk tier.
    #[arg(long, value_enum)]
    risk: Option<Tier>,
    /// Only those by this proposer, e.g. `generators/crm-rules`.
    #[arg(long, value_name = "PRINCIPAL")]
    proposer: Option<String>,
    /// An AIP-160 filter, e.g. `record = "crm/deal/*" AND age > 2d`.
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
}

/// A risk tier.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tier {
    Low,
    ApprovalRequired,
    High,
}

impl Selection {
    /// Returns the one filter that all options make: the filter as it was given first, so that a position in it is one in the whole. `OR`
    /// binds tighter than `AND`, so that it needs no parentheses, and those that it opens it must close itself.
    pub fn filter(&self) -> String {
        let quoted = |field: &str, value: &Option<String>| value.as_ref().map(|value| equals(field, value));
        let parts = [
            self.filter.clone().filter(|filter| !filter.trim().is_empty()),
            self.state.as_ref().map(|state| format!("state = {state}")),
            quoted("owner", &self.owner),
            quoted("turn", &self.turn),
            quoted("action_type", &self.action_type),
            self.risk.map(|risk| format!("risk = {}", risk.filter_name())),
            quoted("proposer", &self.proposer),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
    }
}

impl Tier {
    fn filter_name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::ApprovalRequired => "APPROVAL_REQUIRED",
            Self::High => "HIGH",
        }
    }
}

fn equals(field: &str, value: &str) -> String {
    format!("{field} = \"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads a state as people write it: `needs-evidence`, `NEEDS_EVIDENCE`.
fn parse_state(text: &str) -> Result<String, String> {
    use countersign_api::candidate::v1::State;
    let name = text.to_ascii_uppercase().replace('-', "_");
    match State::from_str_name(&format!("STATE_{name}")) {
        Some(State::Unspecified) | None => {
            Err(format!("`{text}` is not a state; e.g. proposed, edited, held, approved"))
        }
        Some(_) => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_make_one_filter_that_cannot_be_broken_out_of() {
        let selection = Selection {
            state: Some(parse_state("needs-evidence").expect("a state")),
            owner: Some("humans/anna\" OR state = HELD".to_owned()),
            turn: Some("me".to_owned()),
            action_type: None,
            risk: Some(Tier::High),
            proposer: None,
            filter: Some("confidence = LOW OR confidence = HIGH".to_owned()),
        };
        assert_eq!(
            selection.filter(),
            "confidence = LOW OR confidence = HIGH AND state = NEEDS_EVIDENCE AND owner = \"humans/anna\\\" OR state = HELD\" \
             AND turn = \"me\" AND risk = HIGH"
        );
    }

    #[test]
    fn a_state_that_does_not_exist_is_refused() {
        assert!(parse_state("done").is_err());
        assert!(parse_state("unspecified").is_err());
    }
}
