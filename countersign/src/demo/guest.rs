use std::sync::{Mutex, PoisonError};

use countersign_api::access::v1::token_service_client::TokenServiceClient;
use countersign_api::access::v1::{CreateTokenRequest, RevokeTokenRequest};
use jiff::{SignedDuration, Timestamp};
use service_kit::access::{BearerToken, Principal};
use service_kit::clock::{Clock as _, SystemClock};
use service_kit::grpc::AuthorizedChannel;

use crate::cli::Place;
use crate::failure::Failure;
use crate::session::{self, Caller};

/// How long a token lives that nobody came to revoke, because the demonstration was killed.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A demonstration's place on a running server: an admin's right to make tokens, and those that it made.
#[derive(Debug)]
pub struct Guest {
    address: String,
    tokens: TokenServiceClient<AuthorizedChannel>,
    made: Mutex<Vec<String>>,
}

impl Guest {
    /// Connects with the admin's token.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when there is no such token, or nobody answers.
    pub async fn connect(place: &Place, address: &str) -> Result<Self, Failure> {
        let channel = session::connect(place, address, Caller::Admin).await?;
        Ok(Self { address: address.to_owned(), tokens: TokenServiceClient::new(channel), made: Mutex::default() })
    }

    /// Connects as a principal, with a token made for this run.
    ///
    /// A crash after the token is made leaves it to lapse.
    ///
    /// # Errors
    /// The server's refusal, such as of one who is no admin.
    pub async fn channel_as(&self, principal: &Principal) -> Result<AuthorizedChannel, Failure> {
        let request = CreateTokenRequest {
            principal: Some(principal.id().to_wire()),
            workspace: principal.scope().to_string(),
            roles: principal.roles().iter().map(|role| role.to_wire().into()).collect(),
            expire_time: Some(lapses_at(SystemClock.now())),
        };
        let response = self.tokens.clone().create_token(request).await?.into_inner();
        let name = response.token.unwrap_or_default().name;
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        let token: BearerToken = response.secret.parse().map_err(Failure::fault)?;
        session::connect_as(&self.address, &token).await
    }

    /// Revokes every token that was made.
    ///
    /// # Errors
    /// The server's refusal of the first that it does not revoke; the others are revoked, or lapse.
    pub async fn leave(self) -> Result<(), Failure> {
        let Self { mut tokens, made, .. } = self;
        let mut left = Ok(());
        for name in made.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let revoked = tokens.revoke_token(RevokeTokenRequest { name }).await;
            left = left.and(revoked.map(drop).map_err(Failure::from));
        }
        left
    }
}

fn lapses_at(now: Timestamp) -> prost_types::Timestamp {
    let at = now.saturating_add(TOKEN_LIFE).expect("invariant: a duration in hours can be added");
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
