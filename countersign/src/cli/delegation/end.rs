use clap::Args;
use countersign_api::candidate::v1::EndDelegationRequest;
use countersign_api::name::DelegationName;
use uuid::Uuid;

use super::list::id_of;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::moment;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign delegation end 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --note 'Back again'";

/// Ends a delegation early.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct End {
    /// The delegation: its name, or its id as `countersign delegation list` shows it.
    #[arg(value_name = "ID")]
    id: String,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl End {
    /// Ends it.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what is no delegation's name; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let name = match self.id.parse::<Uuid>() {
                    Ok(id) => DelegationName::new(session.workspace().clone(), id),
                    Err(_) => self.id.parse().map_err(|_| {
                        Failure::usage(format!(
                            "`{}` names no delegation; `countersign delegation list` shows those there are",
                            self.id
                        ))
                    })?,
                };
                let request = EndDelegationRequest {
                    name: name.to_string(),
                    request_id: self.request_id.unwrap_or_else(|| session.new_request_id()),
                    note: self.note,
                };
                let response = session.review().end_delegation(request).await?.into_inner();
                context.console.message(&response, |response| {
                    let delegation = response.delegation.clone().unwrap_or_default();
                    let (id, at) = (id_of(&delegation.name), moment(delegation.end_time.as_ref()));
                    format!("{id} ended at {at}")
                })
            })
            .await
    }
}
