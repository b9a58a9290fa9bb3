use countersign_api::name::Workspace;
use ledger_format::sha256;
use prost::Message;
use service_kit::access::PrincipalId;
use uuid::Uuid;

use crate::domain::RequestId;

/// Which request: ids are the caller's own within a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RequestKey {
    pub(crate) workspace: Workspace,
    pub(crate) principal: PrincipalId,
    pub(crate) id: RequestId,
}

/// What a request said: a hash over what was asked and the message that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHash([u8; 32]);

/// A request that was answered before, and what it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeptRequest {
    pub(crate) hash: RequestHash,
    /// The candidate, or the trigger.
    pub(crate) subject_id: Uuid,
    /// The candidate's revision that the answer shows; 0 for a trigger.
    pub(crate) revision: u64,
}

impl RequestHash {
    /// Hashes what is asked (e.g. `propose`) and the message, whose JSON texts are in canonical form where they have one. A
    /// message decoded from equal bytes hashes alike, whichever rpc it came through.
    pub fn of(asked: &str, message: &impl Message) -> Self {
        Self(*sha256(&[b"countersign/request/v1\n", asked.as_bytes(), b"\n", &message.encode_to_vec()]).as_bytes())
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Tells whether what was asked is erased, so that nothing can be compared with it any more.
    pub(crate) fn is_erased(&self) -> bool {
        self.0 == [0; 32]
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
