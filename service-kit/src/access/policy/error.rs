use std::{fmt, io};

/// Why a policy file can not come into force.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can not be read.
    #[error("the access policy `{file}` can not be read; make it readable, or remove it to use the shipped one")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not written in Cedar.
    #[error(
        "the access policy `{file}` is not Cedar at {place}: {reason}; mend it, or remove it to use the shipped one"
    )]
    Syntax {
        /// The file.
        file: String,
        /// Where.
        place: Place,
        /// What the parser says.
        reason: String,
    },
    /// A rule speaks of what the schema does not have, or contradicts it.
    #[error("the access policy `{file}` does not fit the schema at {place}: {reason}; mend the rule")]
    Schema {
        /// The file.
        file: String,
        /// Where.
        place: Place,
        /// What the validator says.
        reason: String,
    },
    /// Two rules have the same id.
    #[error(
        "the access policy `{file}` has two rules with the id `{rule}`; give each its own, so that logs can name it"
    )]
    SameId {
        /// The file.
        file: String,
        /// The id.
        rule: String,
    },
    /// A rule has a slot that nothing fills.
    #[error("the access policy `{file}` has a template, `{rule}`; write out who is meant in place of the slot")]
    Template {
        /// The file.
        file: String,
        /// Its id.
        rule: String,
    },
    /// A rule never applies, fails, permits what no file can, or is always overridden.
    #[error("the access policy `{file}` has a rule without effect at {place}: {reason}; mend or remove the rule")]
    WithoutEffect {
        /// The file.
        file: String,
        /// Where.
        place: Place,
        /// Why it has none.
        reason: String,
    },
    /// The rules together shut out everybody, or whoever could mend them.
    #[error("under the access policy `{file}` {who} could do anything: {reason}; narrow what forbids, or permit more")]
    ShutOut {
        /// The file.
        file: String,
        /// Whom: `nobody` or `no admin`.
        who: &'static str,
        /// What shuts them out.
        reason: String,
    },
    /// No rule permits anything.
    #[error("the access policy `{file}` permits nothing to anybody; begin with a copy of the shipped one")]
    PermitsNothing {
        /// The file.
        file: String,
    },
}

/// A place in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// The rule's id, where the text was readable enough to have rules.
    pub rule: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.rule) {
            (Some(line), Some(rule)) => write!(f, "line {line}, rule `{rule}`"),
            (Some(line), None) => write!(f, "line {line}"),
            (None, Some(rule)) => write!(f, "rule `{rule}`"),
            (None, None) => f.write_str("an unknown place"),
        }
    }
}
