use ledger_format::{Commitment, Leaf, Receipt, Salt, commit_content, leaf_hash};

use super::NewEntry;

/// An entry that already has its place in the log, as far as a second entry under the same key is measured against it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where it stands and what its leaf hashes to.
    pub receipt: Receipt,
    /// When it was appended, in microseconds since the epoch.
    pub appended_at_us: i64,
    said: Said,
}

/// What it says, as far as that is still known.
#[derive(Debug, Clone)]
enum Said {
    /// Another content would give another commitment under this salt.
    Kept(Salt),
    /// Nobody can tell any more whether a content is the same.
    Erased(Commitment),
}

/// An idempotency key came again with something else to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the idempotency key `{idempotency_key}` stands at index `{index}` with leaf hash `{stored}`, what was sent would have \
     `{offered}` in that place; send other content under another key"
)]
pub struct Conflict {
    /// The key.
    pub idempotency_key: String,
    /// Where the key stands.
    pub index: u64,
    /// Hash of the leaf that stands there.
    pub stored: ledger_format::Hash,
    /// Hash of the leaf that would stand there, had the new entry come first.
    pub offered: ledger_format::Hash,
}

impl Standing {
    /// Notes an entry that is being appended.
    pub const fn of_new(receipt: Receipt, appended_at_us: i64, salt: Salt) -> Self {
        Self { receipt, appended_at_us, said: Said::Kept(salt) }
    }

    /// Reads what is needed from a stored entry; without its salt where the content is erased.
    ///
    /// # Errors
    /// When the leaf does not decode.
    pub fn of_stored(receipt: Receipt, leaf: &[u8], salt: Option<Salt>) -> Result<Self, ledger_format::leaf::Error> {
        let leaf = Leaf::decode(leaf)?;
        let said = salt.map_or(Said::Erased(leaf.commitment), Said::Kept);
        Ok(Self { receipt, appended_at_us: leaf.appended_at_us, said })
    }

    /// Tells whether `entry` is the one that stands here, sent again: every field and the content the same.
    ///
    /// Both are compared as leaves of the same log, time and salt: the leaf holds every field, and commits to the content. Where the
    /// content is erased, the clear fields decide alone.
    ///
    /// # Errors
    /// [`Conflict`] when it is another one.
    pub fn admit(&self, entry: &NewEntry, origin: &str) -> Result<Receipt, Conflict> {
        let commitment = match &self.said {
            Said::Kept(salt) => commit_content(salt, &entry.content),
            Said::Erased(commitment) => *commitment,
        };
        let offered = leaf_hash(&entry.encode_leaf(origin, self.appended_at_us, commitment));
        if offered == self.receipt.leaf_hash {
            return Ok(self.receipt);
        }
        Err(Conflict {
            idempotency_key: entry.idempotency_key.clone(),
            index: self.receipt.index,
            stored: self.receipt.leaf_hash,
            offered,
        })
    }
}

#[cfg(test)]
mod tests {
    use ledger_format::{PayloadDigest, PrincipalKind};

    use super::*;

    const ORIGIN: &str = "countersign.local/workspaces/demo";

    fn entry() -> NewEntry {
        NewEntry {
            idempotency_key: "0192/1/0".to_owned(),
            kind: "candidate_proposed".to_owned(),
            subject: "workspaces/demo/candidates/0192".to_owned(),
            subject_revision: 1,
            principal_kind: PrincipalKind::Generator,
            principal_reference: "p-1".to_owned(),
            payload_digest: Some(PayloadDigest::new([1; 32])),
            content: b"said".to_vec(),
        }
    }

    fn standing() -> Standing {
        let salt = Salt::new([9; 32]);
        let leaf = entry().encode_leaf(ORIGIN, 77, commit_content(&salt, &entry().content));
        let receipt = Receipt { index: 4, leaf_hash: leaf_hash(&leaf) };
        Standing::of_stored(receipt, &leaf, Some(salt)).expect("a leaf")
    }

    #[test]
    fn the_same_entry_gets_the_same_receipt() {
        let standing = standing();
        assert_eq!(standing.appended_at_us, 77);
        assert_eq!(standing.admit(&entry(), ORIGIN), Ok(standing.receipt));
    }

    #[test]
    fn any_other_field_or_content_is_a_conflict_that_names_both_hashes() {
        let standing = standing();
        let others = [
            NewEntry { kind: "candidate_edited".to_owned(), ..entry() },
            NewEntry { subject: "workspaces/demo/candidates/0193".to_owned(), ..entry() },
            NewEntry { subject_revision: 2, ..entry() },
            NewEntry { principal_kind: PrincipalKind::Human, ..entry() },
            NewEntry { principal_reference: "p-2".to_owned(), ..entry() },
            NewEntry { payload_digest: None, ..entry() },
            NewEntry { content: b"said otherwise".to_vec(), ..entry() },
        ];
        for other in others {
            let conflict = standing.admit(&other, ORIGIN).expect_err("another entry");
            assert_eq!((conflict.index, conflict.stored), (4, standing.receipt.leaf_hash));
            assert_ne!(conflict.offered, conflict.stored);
        }
    }

    #[test]
    fn an_erased_entry_is_known_again_by_what_its_leaf_shows() {
        let salt = Salt::new([9; 32]);
        let leaf = entry().encode_leaf(ORIGIN, 77, commit_content(&salt, &entry().content));
        let receipt = Receipt { index: 4, leaf_hash: leaf_hash(&leaf) };
        let erased = Standing::of_stored(receipt, &leaf, None).expect("a leaf");
        assert_eq!(erased.admit(&entry(), ORIGIN), Ok(receipt));
        assert_eq!(erased.admit(&NewEntry { content: b"said otherwise".to_vec(), ..entry() }, ORIGIN), Ok(receipt));
        assert!(erased.admit(&NewEntry { subject_revision: 2, ..entry() }, ORIGIN).is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", entry()).contains("115, 97"));
    }
}
