use ledger_format::{Commitment, Leaf, PayloadDigest, PrincipalKind};

/// An entry as a caller asks for it, every field of its form. The log adds origin, time and salt.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The caller's key; one entry a key in each log.
    pub idempotency_key: String,
    /// What it says, for machines.
    pub kind: String,
    /// Whom or what it is about.
    pub subject: String,
    /// The subject's revision that it made.
    pub subject_revision: u64,
    /// The kind of principal that did it.
    pub principal_kind: PrincipalKind,
    /// A pseudonym of that principal.
    pub principal_reference: String,
    /// The payload digest, where there is one.
    pub payload_digest: Option<PayloadDigest>,
    /// What it says in full.
    pub content: Vec<u8>,
}

impl NewEntry {
    /// Encodes the leaf that this entry has in the log `origin` at this time (microseconds since the epoch) with this
    /// commitment to its content.
    ///
    /// # Panics
    /// When a text field is empty or the leaf is too long, which the bounds in [`limits`](crate::limits) rule out.
    pub fn encode_leaf(&self, origin: &str, appended_at_us: i64, commitment: Commitment) -> Vec<u8> {
        let leaf = Leaf {
            origin,
            kind: self.kind.as_str(),
            subject: self.subject.as_str(),
            subject_revision: self.subject_revision,
            principal_kind: self.principal_kind,
            principal_reference: self.principal_reference.as_str(),
            appended_at_us,
            idempotency_key: self.idempotency_key.as_str(),
            payload_digest: self.payload_digest,
            commitment,
        };
        leaf.encode().expect("invariant: fields within their limits make a leaf")
    }

    /// Returns about how many bytes the entry takes while it waits.
    pub fn weight_bytes(&self) -> usize {
        const FIXED: usize = 512;
        FIXED + self.subject.len() + self.idempotency_key.len() + self.principal_reference.len() + self.content.len()
    }
}

/// Content stays out of logs.
impl std::fmt::Debug for NewEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEntry")
            .field("idempotency_key", &self.idempotency_key)
            .field("kind", &self.kind)
            .field("content_bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}
