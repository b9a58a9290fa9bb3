//! What candidates are told apart by.

use polars::prelude::{Expr, col, lit};

/// Stands for a candidate that says nothing of a dimension.
pub(super) const NOT_STATED: &str = "(not stated)";

/// Stands for all candidates together.
pub(super) const ALL: &str = "all";

/// Columns of a candidate that groupings look at.
pub(super) const GROUPED_BY: [&str; 10] = [
    "action_type",
    "proposer",
    "risk_tier",
    "confidence",
    "source_system",
    "owner_team",
    "model",
    "prompt_version",
    "connector",
    "week",
];

/// The questions that ask what became of executions: they alone are told by connector, which nothing else ever meets.
const OF_EXECUTIONS: [&str; 6] =
    ["failures", "failure-classes", "rework", "rework-faults", "outcome-unknown", "outcome-unknown-now"];

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
    /// By the system that the trigger came from.
    Source,
    /// By the team of the owner at the proposal.
    Team,
    /// By the model behind the proposal.
    Model,
    /// By the version of its prompt or rule.
    PromptVersion,
    /// By the system whose connector was called.
    Connector,
    /// By the week of the proposal.
    Week,
}

impl By {
    /// Every grouping, all together first.
    pub(super) const EVERY: [Self; 11] = [
        Self::All,
        Self::ActionType,
        Self::Proposer,
        Self::Risk,
        Self::Confidence,
        Self::Source,
        Self::Team,
        Self::Model,
        Self::PromptVersion,
        Self::Connector,
        Self::Week,
    ];

    /// Returns the id that tables carry.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ActionType => "action-type",
            Self::Proposer => "proposer",
            Self::Risk => "risk",
            Self::Confidence => "confidence",
            Self::Source => "source",
            Self::Team => "team",
            Self::Model => "model",
            Self::PromptVersion => "prompt-version",
            Self::Connector => "connector",
            Self::Week => "week",
        }
    }

    /// Tells whether a question, or the breakdown of its name, is told by it.
    pub(super) fn suits(self, question: &str) -> bool {
        self != Self::Connector || OF_EXECUTIONS.contains(&question)
    }

    /// Returns the words for a heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::All => "all candidates",
            Self::ActionType => "action type",
            Self::Proposer => "proposer",
            Self::Risk => "risk tier",
            Self::Confidence => "confidence",
            Self::Source => "source system",
            Self::Team => "team of the owner",
            Self::Model => "model",
            Self::PromptVersion => "prompt version",
            Self::Connector => "connector",
            Self::Week => "week",
        }
    }

    /// Tells whether charts show it; the tables have every grouping.
    pub(super) const fn is_charted(self) -> bool {
        match self {
            Self::All | Self::ActionType | Self::Proposer | Self::Risk | Self::Confidence => true,
            Self::Source | Self::Team | Self::Model | Self::PromptVersion | Self::Connector | Self::Week => false,
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
            Self::Source => stated("source_system"),
            Self::Team => stated("owner_team"),
            Self::Model => stated("model"),
            Self::PromptVersion => stated("prompt_version"),
            Self::Connector => stated("connector"),
            Self::Week => stated("week"),
        }
    }

    /// Returns the groups of a candidate under every grouping, as columns named after their ids.
    pub(super) fn groups() -> [Expr; Self::EVERY.len()] {
        Self::EVERY.map(|by| by.group().alias(by.id()))
    }

    /// Returns the names of these columns.
    pub(super) fn ids() -> [&'static str; Self::EVERY.len()] {
        Self::EVERY.map(Self::id)
    }

    /// Puts groups in order, each a name and a size: weeks by time, whatever else by size, the largest first.
    pub(super) fn order<T>(self, groups: &mut [T], of: impl Fn(&T) -> (&str, u64)) {
        groups.sort_by(|a, b| {
            let ((a, size), (b, other)) = (of(a), of(b));
            let first = if self == Self::Week { std::cmp::Ordering::Equal } else { other.cmp(&size) };
            first.then_with(|| a.cmp(b))
        });
    }
}

fn stated(column: &str) -> Expr {
    col(column).fill_null(lit(NOT_STATED)).alias("group")
}
