use std::path::{self, PathBuf};

use clap::{Args, ValueEnum};
use countersign_api::access::v1::{CreateTokenRequest, CreateTokenResponse, RevokeTokenRequest};
use countersign_api::r#type::v1::Principal;
use prost_types::Timestamp;
use service_kit::access::{PrincipalKind, Role};
use service_kit::data_dir::write_secret;

use crate::cli::candidate::parse_time;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign token create --kind human --id anna --role reviewer --out anna.token
  countersign token create --kind generator --id mailbox-model --role proposer > generator.token
  countersign token create --kind human --id petra --role process_owner --role reviewer --expires 2027-01-01";

/// Digits of a drawn id.
const DRAWN_ID_CHARS: usize = 8;

/// Makes a token. Its secret is printed, or written to a file, and kept nowhere else.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Create {
    /// What the token stands for.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Who it stands for, e.g. `anna`; without it, an id is drawn.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// What it may do: admin, manager, reviewer, `process_owner`, auditor, proposer, executor, relay,
    /// `data_protection`.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// For every workspace, not only the one named by `--workspace`.
    #[arg(long)]
    all_workspaces: bool,
    /// When it stops working; without it, never.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    expires: Option<Timestamp>,
    /// Writes the secret to a file that only you can read, instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a principal is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A person.
    Human,
    /// An AI generator or a rule.
    Generator,
    /// A service of the house.
    Service,
}

impl Create {
    /// Makes it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Unreachable`] when the file cannot be written.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Make, async |session| {
                if self.expires.is_some_and(|expires| is_over(expires, session.now())) {
                    return Err(Failure::usage("`--expires` has passed: name a later moment, or leave it out"));
                }
                if !self.all_workspaces {
                    workspaces::say_if_new(context).await?;
                }
                let response = session.tokens().create_token(self.request(session)).await?.into_inner();
                let name = response.token.as_ref().map_or_else(String::new, |token| token.name.clone());
                let shown = self.show(context, response);
                if let Err(Failure::Unreachable(error)) = shown {
                    // Nobody has the secret: a token that nobody holds must not stay behind.
                    session.tokens().revoke_token(RevokeTokenRequest { name: name.clone() }).await?;
                    return Err(Failure::Unreachable(
                        error.context(format!("`{name}` was revoked again, its secret is lost")),
                    ));
                }
                shown
            })
            .await
    }

    fn request(&self, session: &Session) -> CreateTokenRequest {
        let kind = self.kind.principal_kind();
        let id = self.id.clone().unwrap_or_else(|| drawn_id(session));
        // Both `anna` and `humans/anna` are what people write.
        let id = if id.contains('/') { id } else { format!("{}/{id}", kind.collection()) };
        CreateTokenRequest {
            principal: Some(Principal { kind: kind.to_wire().into(), id }),
            workspace: if self.all_workspaces { "workspaces/-".to_owned() } else { session.workspace().to_string() },
            roles: self.roles.iter().map(|role| role.to_wire().into()).collect(),
            expire_time: self.expires,
        }
    }

    fn show(&self, context: &Context, mut response: CreateTokenResponse) -> Result<(), Failure> {
        let made = response.token.clone().unwrap_or_default();
        let who = made.principal.map_or_else(String::new, |principal| principal.id);
        context.console.say(&format!("made {} for {who}", made.name));
        if let Some(file) = &self.out {
            let secret = std::mem::take(&mut response.secret);
            // A bare name has no folder in it that could be synced.
            let place = path::absolute(file).map_err(|error| Failure::file(file, error))?;
            write_secret(&place, format!("{secret}\n").as_bytes()).map_err(Failure::unreachable)?;
            context.console.say(&format!("its secret is in `{}`", file.display()));
            return if context.console.is_json() {
                context.console.message(&response, |_| String::new())
            } else {
                Ok(())
            };
        }
        context.console.message(&response, |response| response.secret.clone())
    }
}

impl Kind {
    fn principal_kind(self) -> PrincipalKind {
        match self {
            Self::Human => PrincipalKind::Human,
            Self::Generator => PrincipalKind::Generator,
            Self::Service => PrincipalKind::Service,
        }
    }
}

fn is_over(expires: Timestamp, now: Timestamp) -> bool {
    (expires.seconds, expires.nanos) <= (now.seconds, now.nanos)
}

fn drawn_id(session: &Session) -> String {
    let drawn = session.new_request_id().replace('-', "");
    drawn[drawn.len() - DRAWN_ID_CHARS..].to_owned()
}
