//! Who calls, and what they may do.
//!
//! A call carries an opaque bearer [`token`](BearerToken). The server's access layer resolves it with [`Access`] to a
//! [`Principal`], asks [`rights`] whether a principal of that kind with those roles may call this rpc at all, and leaves
//! the principal in the request's extensions. Which workspace the call is about stands in its message: the handler asks
//! [`CallContext::authorize`](crate::call::CallContext::authorize).

mod admin;
mod directory;
mod layer;
mod principal;
mod pseudonym;
mod role;
mod rpc;
mod store;
mod token;

pub mod rights;

pub(crate) use layer::AccessLayer;

pub use admin::{AdminTokenError, ensure_admin_token};
pub use directory::{Access, CACHE_MAX_TOKENS, Denied};
pub use principal::{Human, Principal, PrincipalError, PrincipalId, PrincipalKind, Scope};
pub use pseudonym::{KeyError, Pseudonyms};
pub use role::{Role, RoleError};
pub use rpc::TokenRpc;
pub use store::{Error as StoreError, TokenRecord, TokenStore};
pub use token::{BearerToken, SecretHash, TokenError, TokenId};
