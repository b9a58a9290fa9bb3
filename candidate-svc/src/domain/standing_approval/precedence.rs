//! What comes before an approval given ahead: whatever is open already is decided by a person first.

use countersign_api::name::CandidateName;

/// Why a proposal is not approved ahead, whatever a standing approval says: another candidate stands before it, and a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precedence {
    /// It would supersede one that is open: a person may have held it, edited it or asked about it.
    Supersedes(CandidateName),
    /// One would change the same field of the same record.
    SameField(CandidateName),
    /// One of its proposer's is open that says the same, or that was drawn for the audit sample and is about the same record.
    Alike(CandidateName),
    /// One of its proposer's goes to a person under a standing approval, and nobody has looked yet; no payload of the type says which record it
    /// changes.
    Unlooked(CandidateName),
}

impl Precedence {
    /// Says why, in words.
    pub fn reason(&self) -> String {
        match self {
            Self::Supersedes(other) => format!("not approved ahead: it supersedes `{other}`, which is open"),
            Self::SameField(other) => format!("not approved ahead: `{other}` would change the same field"),
            Self::Alike(other) => format!("not approved ahead: `{other}` is open and alike"),
            Self::Unlooked(other) => {
                format!(
                    "not approved ahead: `{other}` waits for a person, and no payload of this type names the record that it changes"
                )
            }
        }
    }
}
