//! How a command reaches the services: over the network when a server runs, else in its own process.

mod embedded;
mod outcome;
mod remote;

use countersign_api::access::v1::token_service_client::TokenServiceClient;
use countersign_api::candidate::v1::execution_service_client::ExecutionServiceClient;
use countersign_api::candidate::v1::policy_service_client::PolicyServiceClient;
use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::candidate::v1::standing_approval_service_client::StandingApprovalServiceClient;
use countersign_api::candidate::v1::{ActionType, ListActionTypesRequest};
use countersign_api::feedback::v1::feedback_service_client::FeedbackServiceClient;
use countersign_api::ledger::v1::erasure_service_client::ErasureServiceClient;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::Workspace;
use prost_types::Timestamp;
use service_kit::clock::{Clock as _, SystemClock};
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use service_kit::ids::{Ids as _, RandomIds};

use crate::cli::{Context, Place};
use crate::failure::Failure;
use embedded::Embedded;

pub use outcome::is_under_way;
pub use remote::{connect, connect_as, served_address};

/// What a command needs of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// What to do about a data folder that is not there.
    pub missing: Missing,
    /// As whom to call when no token file is named.
    pub caller: Caller,
    /// Whether what is approved must be executed meanwhile; a server always does.
    pub execution: bool,
}

/// What to do about a data folder that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Refuse: there is nothing to read or decide on.
    Refuse,
    /// Make it.
    Make,
}

/// As whom to call when no token file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The first admin, a person.
    Admin,
    /// The proposer that stands for this folder's own files.
    LocalProposer,
    /// The executor that stands for whoever works in this folder.
    LocalExecutor,
}

/// A way to the services, as one principal, in one workspace.
#[derive(Debug)]
pub struct Session {
    workspace: Workspace,
    channel: AuthorizedChannel,
    embedded: Option<Box<Embedded>>,
    clock: SystemClock,
    ids: RandomIds,
}

impl From<Missing> for Needs {
    fn from(missing: Missing) -> Self {
        Self { missing, caller: Caller::Admin, execution: false }
    }
}

impl Context {
    /// Opens a session, works in it, and closes it whatever came of the work.
    ///
    /// # Errors
    /// Why there is no session; else what the work failed by; else why the folder could not be left in order.
    pub async fn with_session<N, F>(&self, needs: N, work: F) -> Result<(), Failure>
    where
        N: Into<Needs>,
        F: AsyncFnOnce(&Session) -> Result<(), Failure>,
    {
        // Boxed: opening all services is long, and each command would be as long.
        let session = Box::pin(Session::open(&self.place, needs.into())).await?;
        let done = work(&session).await;
        let closed = session.close().await;
        done.and(closed)
    }
}

impl Session {
    /// Finds the server, or opens the folder in this process.
    ///
    /// # Errors
    /// [`Failure::Unreachable`], saying what is in the way.
    async fn open(place: &Place, needs: Needs) -> Result<Self, Failure> {
        if let Some(address) = &place.server {
            let channel = remote::connect(place, address, needs.caller).await?;
            return Ok(Self::over(place, channel, None));
        }
        if place.token_file.is_some() {
            // What the command line got wrong is said before anything is started.
            remote::read_token(place, needs.caller)?;
        }
        match Embedded::start(place, needs).await? {
            embedded::Start::Started(embedded) => match embedded.channel(place, needs.caller) {
                Ok(channel) => Ok(Self::over(place, channel, Some(embedded))),
                Err(failure) => embedded.close().await.and(Err(failure)),
            },
            embedded::Start::InUse => {
                let address = remote::served_address(place)?;
                let channel = remote::connect(place, &address, needs.caller).await?;
                Ok(Self::over(place, channel, None))
            }
        }
    }

    fn over(place: &Place, channel: AuthorizedChannel, embedded: Option<Box<Embedded>>) -> Self {
        Self { workspace: place.workspace.clone(), channel, embedded, clock: SystemClock, ids: RandomIds }
    }

    async fn close(self) -> Result<(), Failure> {
        match self.embedded {
            Some(embedded) => embedded.close().await,
            None => Ok(()),
        }
    }

    /// Returns the workspace.
    pub const fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Tells whether the services run in this process, so that they end with the command.
    pub const fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Returns the channel, as the session's principal.
    pub fn channel(&self) -> AuthorizedChannel {
        self.channel.clone()
    }

    /// Returns a client for decisions.
    pub fn review(&self) -> ReviewServiceClient<AuthorizedChannel> {
        ReviewServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for proposals.
    pub fn proposals(&self) -> ProposalServiceClient<AuthorizedChannel> {
        ProposalServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for permits and reports.
    pub fn executions(&self) -> ExecutionServiceClient<AuthorizedChannel> {
        ExecutionServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for the review policy.
    pub fn policies(&self) -> PolicyServiceClient<AuthorizedChannel> {
        PolicyServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for what is approved ahead.
    pub fn standing_approvals(&self) -> StandingApprovalServiceClient<AuthorizedChannel> {
        StandingApprovalServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for the ledger.
    pub fn ledger(&self) -> LedgerServiceClient<AuthorizedChannel> {
        LedgerServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for erasures and legal holds.
    pub fn erasures(&self) -> ErasureServiceClient<AuthorizedChannel> {
        ErasureServiceClient::new(self.channel())
    }

    /// Returns a client for reports.
    pub fn feedback(&self) -> FeedbackServiceClient<AuthorizedChannel> {
        FeedbackServiceClient::new(self.channel()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns a client for tokens.
    pub fn tokens(&self) -> TokenServiceClient<AuthorizedChannel> {
        TokenServiceClient::new(self.channel())
    }

    /// Reads the action catalogue.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn action_types(&self) -> Result<Vec<ActionType>, Failure> {
        let request = ListActionTypesRequest { parent: self.workspace.to_string() };
        Ok(self.proposals().list_action_types(request).await?.into_inner().action_types)
    }

    /// Draws a request id that nobody has used.
    pub fn new_request_id(&self) -> String {
        self.ids.uuid_v7(self.clock.now()).to_string()
    }

    /// Returns the present moment as messages carry it.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp { seconds: now.as_second(), nanos: now.subsec_nanosecond() }
    }
}
