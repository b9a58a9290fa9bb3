use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, Hash, Leaf, PayloadDigest, PrincipalKind};

use crate::entry::NewEntry;

/// The kind of an entry of the log of logs.
pub const CHECKPOINT_KIND: &str = "checkpoint_signed";

/// Who caused it: the ledger itself, which needs no pseudonym.
pub const LEDGER_REFERENCE: &str = "ledger";

/// The checkpoint that an entry of the log of logs covers, as its leaf says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The log's workspace.
    pub workspace: Workspace,
    /// Entries that the checkpoint covers.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Covered {
    /// Makes the entry that covers a checkpoint. The same checkpoint makes the same entry, under the same key.
    pub(super) fn entry_of(workspace: &Workspace, checkpoint: &Checkpoint) -> NewEntry {
        NewEntry {
            idempotency_key: format!("{workspace}@{}", checkpoint.size()),
            kind: CHECKPOINT_KIND.to_owned(),
            subject: workspace.to_string(),
            subject_revision: checkpoint.size(),
            principal_kind: PrincipalKind::Service,
            principal_reference: LEDGER_REFERENCE.to_owned(),
            payload_digest: Some(PayloadDigest::new(*checkpoint.root().as_bytes())),
            content: checkpoint.to_string().into_bytes(),
        }
    }

    /// Reads what a leaf of the log of logs covers; none when it is no such leaf.
    pub fn read(leaf: &Leaf<&str>) -> Option<Self> {
        let workspace: Workspace = leaf.subject.parse().ok()?;
        let size = leaf.subject_revision;
        let root = Hash::new(*leaf.payload_digest?.as_bytes());
        let is_whole = leaf.kind == CHECKPOINT_KIND
            && leaf.principal_kind == PrincipalKind::Service
            && leaf.idempotency_key == format!("{workspace}@{size}");
        is_whole.then_some(Self { workspace, size, root })
    }
}

#[cfg(test)]
mod tests {
    use ledger_format::{Salt, commit_content};

    use super::*;

    fn leaf_of(entry: &NewEntry) -> Vec<u8> {
        entry.encode_leaf("countersign.local/logs", 1, commit_content(&Salt::new([1; 32]), &entry.content))
    }

    #[test]
    fn a_leaf_says_which_checkpoint_it_covers() {
        let workspace = Workspace::new("demo").expect("an id");
        let origin = "countersign.local/workspaces/demo";
        let checkpoint = Checkpoint::new(origin, 4_711, Hash::new([7; 32])).expect("a checkpoint");
        let entry = Covered::entry_of(&workspace, &checkpoint);
        let bytes = leaf_of(&entry);
        let leaf = Leaf::decode(&bytes).expect("a leaf");
        let covered = Covered { workspace, size: 4_711, root: Hash::new([7; 32]) };
        assert_eq!(Covered::read(&leaf), Some(covered));
        assert_eq!(
            entry.content,
            b"countersign.local/workspaces/demo\n4711\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"
        );
    }

    #[test]
    fn a_leaf_that_says_something_else_covers_nothing() {
        let workspace = Workspace::new("demo").expect("an id");
        let checkpoint = Checkpoint::new("o", 5, Hash::new([7; 32])).expect("a checkpoint");
        let entry = || Covered::entry_of(&workspace, &checkpoint);
        let others = [
            NewEntry { kind: "candidate_approved".to_owned(), ..entry() },
            NewEntry { subject: "logs".to_owned(), ..entry() },
            NewEntry { subject_revision: 6, ..entry() },
            NewEntry { principal_kind: PrincipalKind::Human, ..entry() },
            NewEntry { payload_digest: None, ..entry() },
            NewEntry { idempotency_key: "workspaces/demo@05".to_owned(), ..entry() },
        ];
        for other in others {
            let bytes = leaf_of(&other);
            assert_eq!(Covered::read(&Leaf::decode(&bytes).expect("a leaf")), None, "{other:?}");
        }
    }
}
