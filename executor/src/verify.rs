use std::time::Duration;

use countersign_api::{candidate::v1::Permit, name::Workspace};
use jiff::Timestamp;
use ledger_format::{ClaimedApproval, RecordedApproval, VerifyingKeys};

use crate::{
    ahead,
    doubt::Doubt,
    growth::Growth,
    permit::{Claim, Malformed, Parts, Received, VerifiedPermit},
    store,
};

/// Verifies permits of one workspace against the pinned key and the memory of its log.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub workspace: Workspace,
    pub origin: String,
    pub keys: VerifyingKeys,
    pub growth: Growth,
    /// What must be left of a lease when verification is over.
    pub report_margin: Duration,
}

/// What verification found about one permit.
#[derive(Debug)]
pub(crate) struct Judged {
    pub claim: Claim,
    pub reissued: bool,
    pub verdict: Result<VerifiedPermit, Doubt>,
}

/// What verification found about permits that came in together.
#[derive(Debug)]
pub(crate) struct Verdicts {
    /// One for each permit, in their order.
    pub judged: Vec<Judged>,
    /// Whether the memory of the log still works; if not, nothing was verified and nothing ever will be.
    pub memory: Result<(), store::Error>,
}

impl Verifier {
    /// Verifies permits in the order in which they came, and remembers the checkpoint they led to with one commit.
    pub(crate) async fn verify_all(&mut self, received: Vec<Received>) -> Verdicts {
        let mut judged = Vec::with_capacity(received.len());
        for received in received {
            let (claim, reissued) = (received.claim.clone(), received.permit.reissued);
            judged.push(Judged { claim, reissued, verdict: self.verify(received).await });
        }
        let memory = self.growth.keep().await;
        if memory.is_err() {
            for judged in &mut judged {
                judged.verdict = Err(Doubt::MemoryFailed);
            }
        }
        Verdicts { judged, memory }
    }

    async fn verify(&mut self, received: Received) -> Result<VerifiedPermit, Doubt> {
        let Received { claim, lease_expire_at, permit } = received;
        if claim.candidate.workspace != self.workspace {
            return Err(Doubt::ForeignWorkspace { expected: self.workspace.to_string() });
        }
        let approval = self.verify_approval(&permit)?;
        ahead::verify(&permit, &approval)?;
        let expected = format!("{}/{}", claim.candidate.id, approval.revision());
        if permit.idempotency_key != expected {
            return Err(Doubt::IdempotencyKeyDiffers { expected });
        }
        let patience = lease_expire_at.checked_sub(self.report_margin).unwrap_or(Timestamp::MIN);
        if let Err(doubt) = self.growth.follow(approval.checkpoint(), &permit.checkpoint, patience).await {
            if !doubt.is_passing() {
                // What the log signed is the evidence against it.
                let signed_note = permit.checkpoint;
                tracing::error!(origin = self.origin, signed_note, %doubt, "a signed checkpoint is not believed");
            }
            return Err(doubt);
        }
        // C-1: what is handed on are the bytes that were approved, out of the approval itself.
        Ok(VerifiedPermit {
            claim,
            approval,
            operation: permit.operation,
            idempotency_key: permit.idempotency_key,
            attempt_number: permit.attempt_number,
            lease_expire_at,
            retry_safe: permit.retry_safe,
            reissued: permit.reissued,
            traceparent: permit.traceparent,
        })
    }

    fn verify_approval(&self, permit: &Permit) -> Result<RecordedApproval, Doubt> {
        let parts = Parts::read(permit).map_err(|Malformed(field)| Doubt::Malformed { field })?;
        let payload = permit.payload.as_ref().ok_or(Doubt::Malformed { field: "payload" })?;
        let claimed = ClaimedApproval {
            origin: &self.origin,
            candidate: &permit.candidate,
            payload: &payload.canonical_json,
            nonce: parts.nonce,
            digest: parts.digest,
            leaf: &permit.entry_leaf,
            index: parts.index,
            proof: &parts.proof,
            checkpoint: &permit.checkpoint,
        };
        Ok(RecordedApproval::verify(claimed, &self.keys)?)
    }
}
