use clap::Args;
use countersign_api::access::v1::RevokeTokenRequest;
use service_kit::access::TokenId;

use crate::cli::Context;
use crate::failure::Failure;
use crate::output::moment;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign token revoke 01932c0729a47d6b8b1f6d1f6c7a9a55";

/// Revokes a token: from now on, no call is let in by it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Revoke {
    /// The token's id, as `countersign token list` shows it.
    #[arg(value_name = "ID")]
    id: String,
}

impl Revoke {
    /// Revokes it.
    ///
    /// # Errors
    /// [`Failure::Finding`] for what is no token's id; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let id = self.id.strip_prefix("tokens/").unwrap_or(&self.id);
                if id.parse::<TokenId>().is_err() {
                    return Err(Failure::Finding(format!(
                        "there is no token `{id}`: an id has 32 hexadecimal digits; `countersign token list` shows those there are"
                    )));
                }
                let request = RevokeTokenRequest { name: format!("tokens/{id}") };
                let response = session.tokens().revoke_token(request).await?.into_inner();
                context.console.message(&response, |response| {
                    let token = response.token.as_ref();
                    let at = moment(token.and_then(|token| token.revoke_time.as_ref()));
                    format!("{id} was revoked at {at}")
                })
            })
            .await
    }
}
