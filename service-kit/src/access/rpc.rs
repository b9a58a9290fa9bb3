use std::sync::Arc;

use countersign_api::{
    access::v1::{
        CreateTokenRequest, CreateTokenResponse, ListTokensRequest, ListTokensResponse, RevokeTokenRequest,
        RevokeTokenResponse, Token,
        token_service_server::{TokenService, TokenServiceServer},
    },
    error::v1::ErrorReason,
    r#type::v1::{PrincipalKind as WireKind, Role as WireRole},
};
use jiff::Timestamp;
use tonic::{Request, Response, Status};

use super::{Access, Principal, PrincipalId, Role, Scope, StoreError, TokenId, TokenRecord};
use crate::{grpc::TRANSPORT_MAX_BYTES, page, rejection::Rejection};

/// `TokenService` over [`Access`]. That its caller is an admin has been checked by the access layer.
#[derive(Debug, Clone)]
pub struct TokenRpc {
    access: Arc<Access>,
}

impl TokenRpc {
    /// Makes the service, ready for [`grpc::Builder::add_service`](crate::grpc::Builder::add_service).
    pub fn server(access: Arc<Access>) -> TokenServiceServer<Self> {
        TokenServiceServer::new(Self { access }).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }
}

#[tonic::async_trait]
impl TokenService for TokenRpc {
    async fn create_token(
        &self,
        request: Request<CreateTokenRequest>,
    ) -> Result<Response<CreateTokenResponse>, Status> {
        let request = request.into_inner();
        let now = self.access.now();
        let expires_at = request.expire_time.map(|time| read_expiry(time, now)).transpose()?;
        let principal = read_principal(&request)?;
        let (token, record) = self.access.create(principal, expires_at).await.map_err(refuse)?;
        tracing::info!(token = %record.id, principal = %record.principal.id(), "a token was made");
        Ok(Response::new(CreateTokenResponse { token: Some(show(&record)), secret: token.reveal() }))
    }

    async fn list_tokens(&self, request: Request<ListTokensRequest>) -> Result<Response<ListTokensResponse>, Status> {
        let request = request.into_inner();
        let size = page::size(request.page_size)?;
        let after = page::after(&request.page_token)?;
        // One more than asked for tells whether there is a page after this one.
        let mut records = self.access.list(after, size + 1).await.map_err(refuse)?;
        let more = records.len() > size as usize;
        records.truncate(size as usize);
        let next_page_token = records.last().filter(|_| more).map_or_else(String::new, |last| last.id.to_string());
        Ok(Response::new(ListTokensResponse { tokens: records.iter().map(show).collect(), next_page_token }))
    }

    async fn revoke_token(
        &self,
        request: Request<RevokeTokenRequest>,
    ) -> Result<Response<RevokeTokenResponse>, Status> {
        let name = request.into_inner().name;
        let id: TokenId = name
            .strip_prefix("tokens/")
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| Rejection::malformed("name", "is not of the form `tokens/<id>`"))?;
        let record = self.access.revoke(id).await.map_err(refuse)?.ok_or_else(|| {
            Rejection::new(
                ErrorReason::ResourceNotFound,
                format!("there is no `tokens/{id}`; list the tokens there are"),
            )
            .with("resource", format!("tokens/{id}"))
        })?;
        tracing::info!(token = %record.id, principal = %record.principal.id(), "a token was revoked");
        Ok(Response::new(RevokeTokenResponse { token: Some(show(&record)) }))
    }
}

fn read_principal(request: &CreateTokenRequest) -> Result<Principal, Rejection> {
    let principal = request.principal.clone().unwrap_or_default();
    let id: PrincipalId =
        principal.id.parse().map_err(|error| Rejection::malformed("principal.id", format!("{error}")))?;
    match WireKind::try_from(principal.kind) {
        Ok(kind) if kind == id.kind().to_wire() => {}
        _ => return Err(Rejection::malformed("principal.kind", format!("is not the kind of `{id}`"))),
    }
    let scope: Scope =
        request.workspace.parse().map_err(|error| Rejection::malformed("workspace", format!("{error}")))?;
    let roles: Vec<Role> = request
        .roles
        .iter()
        .map(|&role| WireRole::try_from(role).ok().and_then(Role::from_wire))
        .collect::<Option<_>>()
        .ok_or_else(|| Rejection::malformed("roles", "holds a role that this server does not know"))?;
    Principal::new(id, scope, roles).map_err(|error| Rejection::malformed("roles", error.to_string()))
}

fn read_expiry(time: prost_types::Timestamp, now: Timestamp) -> Result<Timestamp, Rejection> {
    let time = Timestamp::new(time.seconds, time.nanos)
        .map_err(|_| Rejection::malformed("expire_time", "is not a time between the years -9999 and 9999"))?;
    if time <= now {
        let description = format!(
            "is `{time}`, and it is `{now}` now: the token would never work; choose a later time, or leave it unset for a \
             token that does not lapse"
        );
        return Err(Rejection::malformed("expire_time", description));
    }
    Ok(time)
}

fn show(record: &TokenRecord) -> Token {
    Token {
        name: format!("tokens/{}", record.id),
        principal: Some(record.principal.id().to_wire()),
        workspace: record.principal.scope().to_string(),
        roles: record.principal.roles().iter().map(|role| role.to_wire().into()).collect(),
        create_time: Some(show_time(record.created_at)),
        expire_time: record.expires_at.map(show_time),
        revoke_time: record.revoked_at.map(show_time),
    }
}

fn show_time(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

fn refuse(error: StoreError) -> Rejection {
    tracing::error!(error = &error as &dyn std::error::Error, "the token store fails");
    match error {
        StoreError::Driver(_) => {
            Rejection::new(ErrorReason::StorageFailed, "the token store does not answer; try again")
        }
        StoreError::CorruptRow { column, row } => {
            Rejection::new(ErrorReason::RowCorrupt, format!("token `{row}` does not read back as written; revoke it"))
                .with("table", "tokens")
                .with("column", column)
                .with("row", row)
        }
    }
}

#[cfg(test)]
mod tests;
