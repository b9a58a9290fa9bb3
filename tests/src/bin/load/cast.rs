//! Who takes part in the whole loop: a server process, and callers of every kind in this one.

use std::fs;

use countersign_api::candidate::v1::execution_service_client::ExecutionServiceClient;
use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::report_outcome_request::Outcome;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, Evidence, ExecutionResult, ExternalReference, Permit, ReportOutcomeRequest,
    StreamProposalsRequest,
};
use countersign_api::ledger::v1::ProveInclusionRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use ledger_format::{
    ClaimedApproval, Hash, RecordedApproval, SignedCheckpoint, VerifyingKey, leaf_hash, verify_inclusion,
};
use prost::Message as _;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES, connect};
use system_tests::harness::Server;
use system_tests::harness::proposing::item;

use crate::place::{Database, Place};

pub const PARENT: &str = "workspaces/demo";
pub const ORIGIN: &str = "countersign.local/workspaces/demo";

/// The action type of the loop and its operation: none of the server's own connectors performs it, so that the executor is
/// the client's.
const ACTION: &str = "measured_task";

/// Bytes of payload and of evidence of each candidate of the loop, half of it each.
pub const SUBSTANCE_BYTES: usize = 1_024;

/// The server, and the callers connected to it.
pub struct Cast {
    pub server: Server,
    pub place: Place,
    pub proposals: ProposalServiceClient<AuthorizedChannel>,
    pub reviews: ReviewServiceClient<AuthorizedChannel>,
    pub executions: ExecutionServiceClient<AuthorizedChannel>,
    pub auditor: Auditor,
    pub key: VerifyingKey,
}

/// Reads the ledger and believes nothing that is not proved.
#[derive(Clone)]
pub struct Auditor {
    ledger: LedgerServiceClient<AuthorizedChannel>,
    key: VerifyingKey,
}

impl Cast {
    /// Starts a server over a new folder and connects everybody, each by a connection of their own.
    ///
    /// # Errors
    /// When the folder cannot be prepared or the server not be reached.
    pub async fn assemble(database: Database) -> anyhow::Result<Self> {
        let place = Place::make(database)?;
        let installation = &place.installation;
        let catalogue = installation.data_dir().join("catalogue");
        fs::create_dir_all(&catalogue)?;
        let shipped = include_str!("../../../../candidate-svc/catalogue/create_task.toml");
        fs::write(catalogue.join("create_task.toml"), shipped)?;
        fs::write(
            catalogue.join(format!("{ACTION}.toml")),
            shipped.replace("\"create_task\"", &format!("\"{ACTION}\"")),
        )?;
        let tokens = [
            ("generator", "load", "proposer"),
            ("human", "anna", "reviewer"),
            ("service", "load", "executor"),
            ("service", "audit", "auditor"),
        ]
        .map(|(kind, id, role)| installation.token(kind, id, role));
        let server = place.serve();
        let address = format!("http://{}", server.address());
        let mut channels = Vec::new();
        for token in &tokens {
            channels.push(connect(&address, &token.parse()?).await?);
        }
        let key: VerifyingKey = fs::read_to_string(installation.data_dir().join("keys/ledger.pub"))?.trim().parse()?;
        let [proposer, reviewer, executor, auditor] = channels.try_into().expect("one channel for each token");
        Ok(Self {
            proposals: ProposalServiceClient::new(proposer).max_decoding_message_size(TRANSPORT_MAX_BYTES),
            reviews: ReviewServiceClient::new(reviewer).max_decoding_message_size(TRANSPORT_MAX_BYTES),
            executions: ExecutionServiceClient::new(executor).max_decoding_message_size(TRANSPORT_MAX_BYTES),
            auditor: Auditor {
                ledger: LedgerServiceClient::new(auditor).max_decoding_message_size(TRANSPORT_MAX_BYTES),
                key: key.clone(),
            },
            place,
            server,
            key,
        })
    }
}

/// Makes the proposal of a number, with [`SUBSTANCE_BYTES`] of payload and evidence.
pub fn proposal(number: usize) -> StreamProposalsRequest {
    let mut request = item(number);
    let proposal = request.proposal.as_mut().expect("an item has a proposal");
    ACTION.clone_into(&mut proposal.action_type);
    let payload = |notes: &str| {
        format!(r#"{{"due":"2026-12-01","notes":"{notes}","owner":"humans/anna","subject":"Ask about D-{number}"}}"#)
    };
    let half = SUBSTANCE_BYTES / 2;
    proposal.payload_json = payload(&"n".repeat(half.saturating_sub(payload("").len())));
    let bytes = |evidence: &[Evidence]| evidence.iter().map(Evidence::encoded_len).sum::<usize>();
    let missing = half.saturating_sub(bytes(&proposal.evidence) + 1);
    proposal.evidence[0].summary.push_str(&"e".repeat(missing));
    request
}

/// Asks for permits of the loop's action.
pub fn claim(in_flight: i32) -> ClaimExecutionsRequest {
    ClaimExecutionsRequest {
        parent: PARENT.to_owned(),
        operations: vec![ACTION.to_owned()],
        lease: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        max_in_flight: in_flight,
        drain: false,
        reissue_held: false,
    }
}

/// Verifies a permit as every executor must, then reports that it was done.
///
/// # Errors
/// When the permit does not prove what it says.
pub fn carry_out(permit: &Permit, key: &VerifyingKey) -> anyhow::Result<ReportOutcomeRequest> {
    let payload = permit.payload.as_ref().ok_or_else(|| anyhow::anyhow!("a permit without payload"))?;
    let proof = hashes(&permit.inclusion_proof)?;
    let claimed = ClaimedApproval {
        origin: ORIGIN,
        candidate: &permit.candidate,
        payload: &payload.canonical_json,
        nonce: payload.nonce.as_slice().try_into()?,
        digest: payload.digest.as_slice().try_into()?,
        leaf: &permit.entry_leaf,
        index: permit.entry_index.try_into()?,
        proof: &proof,
        checkpoint: &permit.checkpoint,
    };
    let approval = RecordedApproval::verify(claimed, key)?;
    let done = ExecutionResult {
        references: vec![ExternalReference {
            system: "measured".to_owned(),
            object_type: "task".to_owned(),
            id: approval.candidate().to_owned(),
            link: String::new(),
        }],
        ..ExecutionResult::default()
    };
    Ok(ReportOutcomeRequest {
        name: permit.candidate.clone(),
        request_id: format!("report-{}-{}", permit.idempotency_key, permit.attempt_number),
        fence: permit.fence,
        outcome: Some(Outcome::Succeeded(done)),
    })
}

impl Auditor {
    /// Has the ledger prove entries under one checkpoint, and verifies signature, leaves and proofs.
    ///
    /// # Errors
    /// When anything is not as it should be.
    pub async fn prove(&mut self, entries: &[(i64, Vec<u8>)]) -> anyhow::Result<()> {
        let indices = entries.iter().map(|(index, _)| *index).collect();
        let request = ProveInclusionRequest { parent: PARENT.to_owned(), indices, wait: true };
        let proven = self.ledger.prove_inclusion(request).await?.into_inner();
        let note = proven.checkpoint.map(|checkpoint| checkpoint.signed_note).unwrap_or_default();
        let signed = SignedCheckpoint::parse(&note)?;
        let checkpoint = signed.verify(&self.key, ORIGIN)?;
        anyhow::ensure!(proven.proofs.len() == entries.len(), "a proof is missing");
        for (proof, (index, receipt)) in proven.proofs.iter().zip(entries) {
            let leaf = leaf_hash(&proof.leaf);
            anyhow::ensure!(proof.index == *index && leaf.as_bytes() == receipt.as_slice(), "another leaf is proved");
            let path = hashes(&proof.hashes)?;
            verify_inclusion((*index).try_into()?, checkpoint.size(), &path, leaf, checkpoint.root())?;
        }
        Ok(())
    }
}

fn hashes(bytes: &[Vec<u8>]) -> anyhow::Result<Vec<Hash>> {
    bytes.iter().map(|hash| Ok(Hash::try_from(hash.as_slice())?)).collect()
}
