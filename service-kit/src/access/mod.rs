//! Who calls, and what they may do.
//!
//! A call carries an opaque bearer [`token`](BearerToken). The server's access layer resolves it with [`Access`] to a
//! [`Principal`], asks the [`AccessPolicy`] whether it may call this rpc in the workspaces of its token, and leaves the principal
//! in the request's extensions. Which workspace the call is about stands in its message: the handler asks
//! [`CallContext::authorize`](crate::call::CallContext::authorize), and that asks the same policy.

mod admin;
mod contract;
mod denied;
mod directory;
mod gate;
mod hold;
mod layer;
mod policy;
mod principal;
mod pseudonym;
mod role;
mod rpc;
mod seals;
mod store;
mod token;
mod validity;

pub(crate) use contract::is_open;
pub(crate) use gate::{Admitted, Gate, out_of_reach};
pub(crate) use layer::AccessLayer;

pub use admin::{AdminTokenError, ensure_admin_token};
pub use contract::Rpc;
pub use denied::Denied;
pub use directory::{Access, CACHE_MAX_TOKENS};
pub use policy::{ANSWERS_MAX, AccessPolicy, AccessPolicyError, Refusal};
pub use principal::{Human, Principal, PrincipalError, PrincipalId, PrincipalKind, Scope};
pub use pseudonym::{KeyError, Pseudonyms};
pub use role::{Role, RoleError};
pub use rpc::TokenRpc;
pub use seals::{SEAL_BYTES, Seals};
pub use store::{Error as StoreError, TokenRecord, TokenStore};
pub use token::{BearerToken, SecretHash, TokenError, TokenId};
pub use validity::{Grant, Validity};
