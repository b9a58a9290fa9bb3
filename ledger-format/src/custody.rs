//! Entries about the contents themselves: what was erased, and what is held against it.
//!
//! Such an entry's leaf names the subject that it is about, so that whoever reads leaves alone sees what was erased. Its own content
//! (who, why, on which authority) must outlive the erasure that it records, and belongs to a content subject of its own.

use std::borrow::Cow;

/// Kind of an entry that erases every content of its subject at a lower index.
pub const CONTENT_ERASED: &str = "content_erased";

/// Kind of an entry that places a legal hold on its subject.
pub const LEGAL_HOLD_PLACED: &str = "legal_hold_placed";

/// Kind of an entry that lifts a legal hold from its subject.
pub const LEGAL_HOLD_RELEASED: &str = "legal_hold_released";

/// Begins the idempotency keys of such entries; no other entry's key does.
pub const CUSTODY_KEY_PREFIX: &str = "custody/";

/// Tells whether entries of this kind are about contents; only the ledger itself writes them.
pub fn is_custody_kind(kind: &str) -> bool {
    [CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED].contains(&kind)
}

/// Returns the subject under whose key an entry's content is sealed: the leaf's, and for an entry about contents
/// `{subject}/custody/{index}`.
pub fn content_subject<'a>(kind: &str, subject: &'a str, index: u64) -> Cow<'a, str> {
    if is_custody_kind(kind) { Cow::Owned(format!("{subject}/custody/{index}")) } else { Cow::Borrowed(subject) }
}

/// Returns the subject and everything above it, itself first: a hold on any of them holds it.
pub fn with_all_above(subject: &str) -> impl Iterator<Item = &str> {
    let above = subject.rmatch_indices('/').map(|(place, _)| &subject[..place]);
    std::iter::once(subject).chain(above.filter(|above| !above.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_about_contents_is_sealed_apart_from_them() {
        assert_eq!(content_subject("candidate_proposed", "workspaces/w/candidates/1", 4), "workspaces/w/candidates/1");
        assert_eq!(
            content_subject(CONTENT_ERASED, "workspaces/w/candidates/1", 4),
            "workspaces/w/candidates/1/custody/4"
        );
    }

    #[test]
    fn a_candidate_is_below_its_workspace() {
        let above: Vec<&str> = with_all_above("workspaces/w/candidates/1").collect();
        assert_eq!(above, ["workspaces/w/candidates/1", "workspaces/w/candidates", "workspaces/w", "workspaces"]);
        assert_eq!(with_all_above("anna").collect::<Vec<_>>(), ["anna"]);
    }
}
