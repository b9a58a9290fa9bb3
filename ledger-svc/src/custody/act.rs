use crate::entry::NewEntry;

/// What somebody asks for about contents. Each carries the entry that records it.
#[derive(Debug, Clone)]
pub enum Act {
    /// Erase every content of the entry's subject so far.
    Erase(NewEntry),
    /// Erase what came in since the subject was erased; nothing is recorded where nothing did.
    Repeat(NewEntry),
    /// Hold the entry's subject, and everything below it, against erasure.
    PlaceHold(NewEntry),
    /// Lift the hold that the entry at this index placed on the entry's subject.
    ReleaseHold(NewEntry, u64),
}

impl Act {
    /// Returns the entry that records it.
    pub fn entry(&self) -> &NewEntry {
        match self {
            Self::Erase(entry) | Self::Repeat(entry) | Self::PlaceHold(entry) | Self::ReleaseHold(entry, _) => entry,
        }
    }

    /// Takes the entry that records it.
    pub fn into_entry(self) -> NewEntry {
        match self {
            Self::Erase(entry) | Self::Repeat(entry) | Self::PlaceHold(entry) | Self::ReleaseHold(entry, _) => entry,
        }
    }
}
