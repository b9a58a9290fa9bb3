use std::future::pending;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use countersign_api::candidate::v1::{ActionType, ClaimExecutionsRequest, Permit};
use executor::{IN_FLIGHT_MAX, PermitCheck, PermitCheckConfig, Unverified};
use serde_json::Value;
use service_kit::clock::{Clock, SystemClock};

use super::as_executor;
use super::permit_text::permit_text;
use crate::app::ORIGIN_PREFIX;
use crate::cli::Context;
use crate::cli::ledger::Pinned;
use crate::cli::number::{parse_count, parse_lease};
use crate::failure::Failure;
use crate::output::message_json;
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  countersign execution claim --action-type create_task
  countersign execution claim --action-type create_task --action-type add_note --limit 20 --wait 60 --json
  countersign execution claim --action-type create_task --held --memory ./checkpoints.db --key ledger.pub";

/// Claims what is approved and on record, and verifies each permit against the pinned key before it is shown.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Claim {
    /// What you can execute, once for each; types that share its operation come with it.
    #[arg(long = "action-type", value_name = "NAME", required = true)]
    action_types: Vec<String>,
    /// The most permits to claim, up to 256.
    #[arg(long, value_name = "N", default_value = "1", value_parser = parse_limit)]
    limit: u32,
    /// Waits so many seconds for as many as the limit; without it, only for what is approved already.
    #[arg(long, value_name = "SECS")]
    wait: Option<u32>,
    /// How many seconds a claim lasts, 1 to 900, before it must be extended or reported.
    #[arg(long, value_name = "SECS", default_value = "300", value_parser = parse_lease)]
    lease: u32,
    /// Shows again first what you still hold, under its old fence. For an executor that lost its permits.
    #[arg(long)]
    held: bool,
    #[command(flatten)]
    pinned: Pinned,
    /// Remembers here how far the log was seen to grow, and refuses permits of a log that shrank or forked since.
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
}

/// How many permits came, and how many of them permit nothing.
#[derive(Debug, Default)]
struct Shown {
    claimed: u32,
    unverified: u32,
}

impl Claim {
    /// Claims, verifies and shows.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] for an action type that nobody has, and when a permit does not verify.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(as_executor(), async |session| {
                let action_types = session.action_types().await?;
                let request = self.request(session, &action_types)?;
                let config = PermitCheckConfig {
                    workspace: session.workspace().clone(),
                    origin_prefix: ORIGIN_PREFIX.to_owned(),
                    verifying_keys: self.pinned.read(&context.place)?,
                    memory_db: self.memory.clone(),
                };
                let clock: Arc<dyn Clock> = Arc::new(SystemClock);
                let check = PermitCheck::open(config, Arc::clone(&clock), session.channel()).await;
                let mut check = check.map_err(Failure::unreachable)?;
                let shown = self.claim(context, session, request, &action_types, &mut check, &*clock).await;
                check.close().await;
                shown?.judge(context)
            })
            .await
    }

    async fn claim(
        &self,
        context: &Context,
        session: &Session,
        request: ClaimExecutionsRequest,
        action_types: &[ActionType],
        check: &mut PermitCheck,
        clock: &dyn Clock,
    ) -> Result<Shown, Failure> {
        let mut time_is_up = pin!(async {
            match self.wait {
                Some(secs) => clock.sleep_until(clock.now() + Duration::from_secs(secs.into())).await,
                None => pending().await,
            }
        });
        let mut permits = session.executions().claim_executions(request).await?.into_inner();
        let mut shown = Shown::default();
        // Never more are in flight than the limit, so that what is left behind with the stream was not claimed. One that
        // is claimed in the very moment in which the time is up is shown by `--held`.
        while shown.claimed < self.limit {
            let answer = tokio::select! {
                biased;
                answer = permits.message() => answer?,
                () = &mut time_is_up => break,
            };
            let Some(answer) = answer else { break };
            let permit = answer.permit.ok_or_else(|| Failure::fault(anyhow::anyhow!("the answer holds no permit")))?;
            let verdict = check.verify(permit.clone()).await;
            shown.claimed += 1;
            shown.unverified += u32::from(verdict.is_err());
            if context.console.is_json() {
                context.console.json(&permit_json(&permit, &verdict))?;
            } else {
                let apart = if shown.claimed == 1 { "" } else { "\n" };
                context.console.data(&format!("{apart}{}", permit_text(&permit, &verdict, action_types)))?;
            }
        }
        Ok(shown)
    }

    fn request(&self, session: &Session, catalogue: &[ActionType]) -> Result<ClaimExecutionsRequest, Failure> {
        Ok(ClaimExecutionsRequest {
            parent: session.workspace().to_string(),
            operations: operations(&self.action_types, catalogue)?,
            lease: Some(prost_types::Duration { seconds: self.lease.into(), nanos: 0 }),
            max_in_flight: i32::try_from(self.limit).map_err(Failure::fault)?,
            drain: self.wait.is_none(),
            reissue_held: self.held,
        })
    }
}

impl Shown {
    fn judge(&self, context: &Context) -> Result<(), Failure> {
        if self.claimed == 0 {
            context.console.say("nothing is approved, on record and free to be claimed");
        }
        if self.unverified == 0 {
            return Ok(());
        }
        Err(Failure::Finding(format!(
            "{} of {} permits did not verify: call nothing under them, and report each with `countersign execution report ID \
             --fence N --failed --class permit-refused --message WORDS`",
            self.unverified, self.claimed
        )))
    }
}

/// Returns the operations that execute these action types.
fn operations(names: &[String], catalogue: &[ActionType]) -> Result<Vec<String>, Failure> {
    let mut operations = Vec::new();
    for name in names {
        let found = catalogue.iter().find(|action_type| action_type.name == *name).ok_or_else(|| {
            let known: Vec<&str> = catalogue.iter().map(|action_type| action_type.name.as_str()).collect();
            Failure::Finding(format!("the catalogue has no action type `{name}`; it has {}", known.join(", ")))
        })?;
        if !operations.contains(&found.operation) {
            operations.push(found.operation.clone());
        }
    }
    Ok(operations)
}

/// Returns the whole permit as the contract has it, and whether it verified.
fn permit_json(permit: &Permit, verdict: &Result<(), Unverified>) -> Value {
    let mut json = message_json::to_json(permit);
    json["verified"] = verdict.is_ok().into();
    json["doubt"] = verdict.as_ref().err().map(ToString::to_string).into();
    json
}

fn parse_limit(text: &str) -> Result<u32, String> {
    let limit = parse_count(text).ok().filter(|limit| *limit as usize <= IN_FLIGHT_MAX);
    limit.ok_or_else(|| format!("`{text}` is no such number; write a whole number from 1 to {IN_FLIGHT_MAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action_type(name: &str, operation: &str) -> ActionType {
        ActionType { name: name.to_owned(), operation: operation.to_owned(), ..ActionType::default() }
    }

    #[test]
    fn types_are_claimed_by_their_operation_and_unknown_ones_are_named() {
        let catalogue = [action_type("call", "create_task"), action_type("visit", "create_task")];
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(operations(&names(&["call", "visit"]), &catalogue).expect("known"), ["create_task"]);
        let refused = operations(&names(&["vist"]), &catalogue).expect_err("unknown");
        assert_eq!(refused.to_string(), "the catalogue has no action type `vist`; it has call, visit");
    }

    #[test]
    fn no_more_are_asked_for_than_the_contract_allows() {
        assert_eq!((parse_limit("1"), parse_limit("256")), (Ok(1), Ok(256)));
        assert!(parse_limit("0").is_err() && parse_limit("257").is_err());
    }

    #[test]
    fn a_permit_that_does_not_verify_says_so_in_json() {
        let permit = Permit { fence: 3, ..Permit::default() };
        let json = permit_json(&permit, &Err(Unverified::Doubtful("the key is another".to_owned())));
        assert_eq!((&json["verified"], &json["fence"]), (&Value::Bool(false), &Value::from(3)));
        assert_eq!(json["doubt"], "the key is another");
        assert_eq!(permit_json(&permit, &Ok(()))["doubt"], Value::Null);
    }
}
