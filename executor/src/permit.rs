use std::fmt;

use countersign_api::{
    candidate::v1::Permit,
    name::{CandidateName, NameError},
};
use jiff::Timestamp;
use ledger_format::{Hash, Nonce, PayloadDigest, RecordedApproval};

/// One claim of ours: what a report must name, and all that is needed to report.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    pub candidate: CandidateName,
    pub fence: i64,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} under fence {}", self.candidate, self.fence)
    }
}

/// A permit as it came in: its claim is known, nothing else of it is believed.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub claim: Claim,
    /// When the claim lapses; a permit that does not say so has lapsed.
    pub lease_expire_at: Timestamp,
    pub permit: Permit,
}

impl Received {
    /// Reads what a report on the permit needs.
    pub(crate) fn read(permit: Permit) -> Result<Self, NameError> {
        let candidate = permit.candidate.parse()?;
        let lease_expire_at = permit.lease_expire_time.and_then(to_timestamp).unwrap_or(Timestamp::MIN);
        Ok(Self { claim: Claim { candidate, fence: permit.fence }, lease_expire_at, permit })
    }
}

/// The right to act once. There is no other way to one than [`Verifier`](crate::verify::Verifier).
#[derive(Debug, Clone)]
#[must_use]
pub(crate) struct VerifiedPermit {
    pub(crate) claim: Claim,
    pub(crate) approval: RecordedApproval,
    pub(crate) operation: String,
    pub(crate) idempotency_key: String,
    pub(crate) attempt_number: i32,
    pub(crate) lease_expire_at: Timestamp,
    pub(crate) retry_safe: bool,
    pub(crate) reissued: bool,
    pub(crate) traceparent: String,
}

/// The parts of a permit that are checked, in their forms; nothing of them is checked yet.
#[derive(Debug)]
pub(crate) struct Parts {
    pub nonce: Nonce,
    pub digest: PayloadDigest,
    pub index: u64,
    pub proof: Vec<Hash>,
}

/// A part of a permit is not of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub &'static str);

impl Parts {
    /// Reads the parts; the error names the field.
    pub(crate) fn read(permit: &Permit) -> Result<Self, Malformed> {
        let payload = permit.payload.as_ref().ok_or(Malformed("payload"))?;
        let hash = |bytes: &Vec<u8>| Hash::try_from(bytes.as_slice()).map_err(|_| Malformed("inclusion_proof"));
        Ok(Self {
            nonce: payload.nonce.as_slice().try_into().map_err(|_| Malformed("payload.nonce"))?,
            digest: payload.digest.as_slice().try_into().map_err(|_| Malformed("payload.digest"))?,
            index: permit.entry_index.try_into().map_err(|_| Malformed("entry_index"))?,
            proof: permit.inclusion_proof.iter().map(hash).collect::<Result<_, _>>()?,
        })
    }
}

/// Reads a protobuf timestamp; none outside the years that a clock can show.
pub(crate) fn to_timestamp(time: prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos).ok()
}

/// Writes a protobuf timestamp.
pub(crate) fn from_timestamp(at: Timestamp) -> prost_types::Timestamp {
    let whole = at.as_nanosecond().div_euclid(1_000_000_000);
    let nanos = at.as_nanosecond().rem_euclid(1_000_000_000);
    prost_types::Timestamp {
        seconds: i64::try_from(whole).expect("invariant: a timestamp's seconds fit 64 bits"),
        nanos: i32::try_from(nanos).expect("invariant: a remainder is below a thousand million"),
    }
}
