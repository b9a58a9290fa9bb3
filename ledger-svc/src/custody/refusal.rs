/// Why contents are neither erased nor held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustodyRefusal {
    /// The log has nothing about the subject.
    #[error("no entry is about `{subject}`; check the name, as leaves have it")]
    UnknownSubject {
        /// The subject.
        subject: String,
    },
    /// A legal hold stands.
    #[error("a legal hold stands on `{held}` since entry `{hold_index}`; release it first, when its reason is gone")]
    Held {
        /// What is held: the subject, or something above it.
        held: String,
        /// Index of the entry that placed the hold.
        hold_index: u64,
    },
    /// Nobody erased the subject.
    #[error("nobody erased `{subject}`, so there is nothing to repeat; a person erases first")]
    NeverErased {
        /// The subject.
        subject: String,
    },
    /// The hold does not stand.
    #[error("no hold stands on `{subject}` by entry `{hold_index}`; list the holds that do")]
    NoSuchHold {
        /// The subject.
        subject: String,
        /// The index that was named.
        hold_index: u64,
    },
    /// It is recorded, and emptied, but somebody keeps an old state of the keys' file in use.
    #[error(
        "it is recorded, but somebody reads an old state of the content keys, which holds the key still; end the reader and ask again with \
         the same request id"
    )]
    KeyStillRead,
}
