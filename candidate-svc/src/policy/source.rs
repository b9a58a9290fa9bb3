//! Where the first policy of a workspace comes from.

use super::{Approvers, Policy};
use crate::catalogue::Catalogue;
use crate::keyed_toml::KeyError;

/// The file that comes with the program.
const BUILT_IN: (&str, &str) = ("default.toml", include_str!("../../policy/default.toml"));

/// The policy that a start is given. A workspace takes it as its first; from then on a person decides on every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// The one that comes with the program. Another one in a later release is proposed to nobody.
    BuiltIn,
    /// A file's.
    File {
        /// What errors and people call it.
        name: String,
        /// What it says.
        text: String,
    },
}

impl PolicySource {
    /// Returns its text.
    pub fn text(&self) -> &str {
        self.named().1
    }

    /// Returns what errors and people call it.
    pub fn name(&self) -> &str {
        self.named().0
    }

    /// Reads it, and checks it against the action types that there are and the roles that may approve.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names file, key and reason of the first thing that is wrong.
    pub fn read(&self, catalogue: &Catalogue, approvers: &Approvers) -> Result<Policy, KeyError> {
        let (name, text) = self.named();
        Policy::read_checked(name, text, catalogue, approvers)
    }

    fn named(&self) -> (&str, &str) {
        match self {
            Self::BuiltIn => BUILT_IN,
            Self::File { name, text } => (name, text),
        }
    }
}
