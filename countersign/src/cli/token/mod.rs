//! `countersign token`: who may call, as whom.

mod create;
mod list;
mod revoke;

use clap::Subcommand;
use countersign_api::access::v1::Token as WireToken;
use countersign_api::r#type::v1::Role as WireRole;
use service_kit::access::Role;

use super::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign token create --kind human --id anna --role reviewer --out anna.token
  countersign token list
  countersign token revoke 01932c0729a47d6b8b1f6d1f6c7a9a55";

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Token {
    /// Makes a token; its secret is shown once.
    Create(create::Create),
    /// Lists tokens, newest first, without their secrets.
    List(list::List),
    /// Revokes a token at once.
    Revoke(revoke::Revoke),
}

impl Token {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Revoke(revoke) => revoke.run(context).await,
        }
    }
}

/// Returns the names of a token's roles.
fn role_names(token: &WireToken) -> String {
    let names = token.roles().filter_map(|role: WireRole| Role::from_wire(role).map(Role::name));
    names.collect::<Vec<_>>().join(", ")
}
