use std::sync::Arc;

use jiff::Timestamp;
use sqlx::FromRow;

use super::Error;
use crate::access::{
    Principal, Role,
    token::{SecretHash, TokenId},
};

/// A token as it is kept: everything but its secret.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// The public part of the token.
    pub id: TokenId,
    /// What is kept of the secret.
    pub secret_hash: SecretHash,
    /// Whom it stands for.
    pub principal: Arc<Principal>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; none: never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked; none: it was not.
    pub revoked_at: Option<Timestamp>,
}

impl TokenRecord {
    /// Tells whether the token works at this moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    secret_hash: Vec<u8>,
    principal: String,
    scope: String,
    roles: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Row {
    pub(super) fn read(self) -> Result<TokenRecord, Error> {
        let row = self.id;
        let corrupt = |column| Error::CorruptRow { column, row: row.clone() };
        let time = |column, micros: Option<i64>| {
            micros.map(Timestamp::from_microsecond).transpose().map_err(|_| corrupt(column))
        };
        let roles: Vec<Role> =
            self.roles.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| corrupt("roles"))?;
        let principal = Principal::new(
            self.principal.parse().map_err(|_| corrupt("principal"))?,
            self.scope.parse().map_err(|_| corrupt("scope"))?,
            roles,
        )
        .map_err(|_| corrupt("roles"))?;
        Ok(TokenRecord {
            id: row.parse().map_err(|_| corrupt("id"))?,
            secret_hash: SecretHash(self.secret_hash.try_into().map_err(|_| corrupt("secret_hash"))?),
            principal: Arc::new(principal),
            created_at: time("created_at", Some(self.created_at))?.ok_or_else(|| corrupt("created_at"))?,
            expires_at: time("expires_at", self.expires_at)?,
            revoked_at: time("revoked_at", self.revoked_at)?,
        })
    }
}
