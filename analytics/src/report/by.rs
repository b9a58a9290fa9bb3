//! What candidates are told apart by.

use polars::prelude::{Expr, col, lit};

/// Stands for a candidate that says nothing of a dimension.
pub(super) const NOT_STATED: &str = "(not stated)";

/// Stands for all candidates together.
pub(super) const ALL: &str = "all";

/// What the candidates of a table are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Not at all.
    All,
    /// By the kind of action.
    ActionType,
    /// By who proposed.
    Proposer,
    /// By the risk tier at the proposal.
    Risk,
    /// By the level of confidence at the proposal.
    Confidence,
}

impl By {
    /// Every grouping, all together first.
    pub(super) const EVERY: [Self; 5] = [Self::All, Self::ActionType, Self::Proposer, Self::Risk, Self::Confidence];

    /// Returns the id that tables carry.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ActionType => "action-type",
            Self::Proposer => "proposer",
            Self::Risk => "risk",
            Self::Confidence => "confidence",
        }
    }

    /// Returns the words for a heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::All => "all candidates",
            Self::ActionType => "action type",
            Self::Proposer => "proposer",
            Self::Risk => "risk tier",
            Self::Confidence => "confidence",
        }
    }

    /// Returns the group of a candidate, as column `group`.
    pub(super) fn group(self) -> Expr {
        match self {
            Self::All => lit(ALL).alias("group"),
            Self::ActionType => stated("action_type"),
            Self::Proposer => stated("proposer"),
            Self::Risk => stated("risk_tier"),
            Self::Confidence => stated("confidence"),
        }
    }
}

fn stated(column: &str) -> Expr {
    col(column).fill_null(lit(NOT_STATED)).alias("group")
}
