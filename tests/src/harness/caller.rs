//! Callers of every kind on one connection, each call under the token of who makes it.

use countersign_api::candidate::v1::execution_service_client::ExecutionServiceClient;
use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use tonic::transport::Channel;

use super::Installation;

/// Tokens that work for as long as the data folder is there.
#[derive(Debug, Clone)]
pub struct Tokens {
    proposer: String,
    reviewer: String,
    executor: String,
    relay: String,
}

/// One connection to a server.
#[derive(Debug, Clone)]
pub struct Caller {
    channel: Channel,
    tokens: Tokens,
}

impl Tokens {
    /// Makes one for each kind of caller.
    pub fn of(installation: &Installation) -> Self {
        Self {
            proposer: installation.token("generator", "script", "proposer"),
            reviewer: installation.token("human", "rita", "reviewer"),
            executor: installation.token("service", "hands", "executor"),
            relay: installation.token("service", "recorder", "relay"),
        }
    }
}

impl Caller {
    /// Connects.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn connect(address: &str, tokens: &Tokens) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).expect("an address").connect().await;
        Self { channel: channel.expect("the server answers"), tokens: tokens.clone() }
    }

    /// Returns a client for proposals.
    pub fn proposals(&self) -> ProposalServiceClient<Channel> {
        ProposalServiceClient::new(self.channel.clone())
    }

    /// Returns a client for decisions.
    pub fn reviews(&self) -> ReviewServiceClient<Channel> {
        ReviewServiceClient::new(self.channel.clone())
    }

    /// Returns a client for executions.
    pub fn executions(&self) -> ExecutionServiceClient<Channel> {
        ExecutionServiceClient::new(self.channel.clone())
    }

    /// Returns a client for the ledger.
    pub fn ledger(&self) -> LedgerServiceClient<Channel> {
        LedgerServiceClient::new(self.channel.clone())
    }

    /// Makes a message the proposer's request.
    pub fn as_proposer<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.tokens.proposer)
    }

    /// Makes a message the reviewer's request.
    pub fn as_reviewer<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.tokens.reviewer)
    }

    /// Makes a message the executor's request.
    pub fn as_executor<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.tokens.executor)
    }

    /// Makes a message the relay's request.
    pub fn as_relay<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.tokens.relay)
    }
}

fn with_token<T>(message: T, token: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a token is ASCII"));
    request
}
