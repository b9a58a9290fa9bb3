//! A proposer that streams over public gRPC.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::stream_proposals_response::Result as ItemResult;
use countersign_api::candidate::v1::{
    Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceField, Proposal, ProposalAccepted, RecordReference,
    StreamProposalsRequest, Trigger,
};
use tonic::transport::Channel;

/// Connects to a server and streams proposals under one token.
pub struct Proposer {
    client: ProposalServiceClient<Channel>,
    token: String,
}

/// The item with this number: the same number gives the same item.
pub fn item(number: usize) -> StreamProposalsRequest {
    let record = RecordReference {
        system: "crm".to_owned(),
        object_type: "deal".to_owned(),
        id: format!("D-{number}"),
        ..RecordReference::default()
    };
    let evidence = Evidence {
        kind: "record_field".to_owned(),
        title: "Deal".to_owned(),
        summary: "The account field is empty.".to_owned(),
        fields: vec![EvidenceField { name: "account".to_owned(), value: String::new() }],
        ..Evidence::default()
    };
    let proposal = Proposal {
        trigger: Some(Trigger {
            source_system: "crm".to_owned(),
            r#type: "deal_changed".to_owned(),
            source_id: format!("D-{number}"),
            ..Trigger::default()
        }),
        record: Some(record),
        context_summary: "An open deal has no account.".to_owned(),
        evidence: vec![evidence],
        confidence: Some(Confidence {
            level: ConfidenceLevel::High.into(),
            basis: ConfidenceBasis::IdMatch.into(),
            note: String::new(),
        }),
        owner: "humans/anna".to_owned(),
        action_type: "create_task".to_owned(),
        payload_json: format!(r#"{{"subject":"Ask about D-{number}","owner":"humans/anna","due":"2026-12-01"}}"#),
        reason: "The account is missing.".to_owned(),
        ..Proposal::default()
    };
    StreamProposalsRequest {
        parent: "workspaces/demo".to_owned(),
        request_id: format!("item-{number}"),
        proposal: Some(proposal),
    }
}

impl Proposer {
    /// Connects.
    pub async fn connect(address: &str, token: &str) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).expect("an address").connect().await;
        let client = ProposalServiceClient::new(channel.expect("the server answers"));
        Self { client, token: token.to_owned() }
    }

    /// Streams items and hands each answer to `seen`, by request id; ends with the stream, also when it was cut.
    ///
    /// # Errors
    ///
    /// What refused or cut the stream.
    pub async fn stream(
        &mut self,
        items: Vec<StreamProposalsRequest>,
        mut seen: impl FnMut(&str, &ItemResult),
    ) -> Result<(), tonic::Status> {
        let mut request = tonic::Request::new(tokio_stream::iter(items));
        let token = format!("Bearer {}", self.token).parse().expect("a token is ASCII");
        request.metadata_mut().insert("authorization", token);
        let mut answers = self.client.stream_proposals(request).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            seen(&answer.request_id, &answer.result.expect("an answer says what became of its item"));
        }
        Ok(())
    }

    /// Streams items that must all be accepted; returns the answers by request id.
    pub async fn stream_all(&mut self, items: Vec<StreamProposalsRequest>) -> BTreeMap<String, ProposalAccepted> {
        let mut accepted = BTreeMap::new();
        let streamed = self.stream(items, |id, result| match result {
            ItemResult::Accepted(answer) => drop(accepted.insert(id.to_owned(), answer.clone())),
            ItemResult::Refused(status) => panic!("{id} was refused: {}", status.message),
        });
        streamed.await.expect("the stream ends by itself");
        accepted
    }
}
