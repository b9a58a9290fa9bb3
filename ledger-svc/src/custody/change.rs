use countersign_api::name::Workspace;

use super::Act;

/// What an entry about contents changes, in the commit that appends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Everything sealed for the subject is emptied.
    Erase {
        /// The log's workspace.
        workspace: Workspace,
        /// Whose contents.
        subject: String,
        /// Index of the entry.
        index: u64,
    },
    /// A hold stands on the subject.
    PlaceHold {
        /// The log's workspace.
        workspace: Workspace,
        /// What is held.
        subject: String,
        /// Index of the entry.
        index: u64,
    },
    /// A hold stands no more.
    ReleaseHold {
        /// The log's workspace.
        workspace: Workspace,
        /// What is held.
        subject: String,
        /// Index of the entry that placed it.
        hold_index: u64,
        /// Index of the entry.
        index: u64,
    },
}

impl Change {
    /// Returns what an act changes, recorded at an index.
    pub(crate) fn of(act: &Act, workspace: &Workspace, index: u64) -> Self {
        let (workspace, subject) = (workspace.clone(), act.entry().subject.clone());
        match act {
            Act::Erase(_) | Act::Repeat(_) => Self::Erase { workspace, subject, index },
            Act::PlaceHold(_) => Self::PlaceHold { workspace, subject, index },
            Act::ReleaseHold(_, hold_index) => Self::ReleaseHold { workspace, subject, hold_index: *hold_index, index },
        }
    }
}
