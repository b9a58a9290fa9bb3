use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use service_kit::clock::SystemClock;

use super::Context;
use crate::failure::Failure;
use crate::output::{facts, step};
use crate::propose::{Answer, Origin, Proposing, Refused, Tally, jsonl};
use crate::session::{Caller, Missing, Needs};

const EXAMPLES: &str = "\
Examples:
  countersign propose proposals.jsonl
  my-generator | countersign propose -
  countersign propose proposals.jsonl --token-file generator.token --json";

/// Streams proposals in, one JSON object a line. What is refused is named with its line and reason; the rest goes on.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Propose {
    /// The file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Propose {
    /// Proposes them.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] for a file that cannot be opened; [`Failure::Finding`] when an item was refused.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let lines = jsonl::open(&self.file).map_err(Failure::unreachable)?;
        let needs = Needs { caller: Caller::LocalProposer, ..Needs::from(Missing::Make) };
        context
            .with_session(needs, async |session| {
                let clock = Arc::new(SystemClock);
                let mut proposing = Proposing::new(session.proposals(), session.workspace(), clock, lines);
                let mut refusals = Vec::new();
                let progress = step("proposing");
                while let Some(answer) = proposing.next().await? {
                    if let Some(refusal) = refusal_in(answer) {
                        context.console.say(&refusal.text);
                        refusals.push(refusal);
                    }
                }
                drop(progress);
                show(context, proposing.tally(), refusals)
            })
            .await
    }
}

/// Why one line is not kept.
struct Refusal {
    text: String,
    json: Value,
}

fn refusal_in(answer: Answer) -> Option<Refusal> {
    match answer {
        Answer::Accepted { .. } => None,
        Answer::Unreadable(error) => Some(Refusal {
            text: error.to_string(),
            json: json!({ "line": error.line, "column": error.column, "reason": null, "message": error.reason }),
        }),
        Answer::Refused(Refused { request_id, origin, refusal }) => Some(Refusal {
            text: format!("{origin}: {}", refusal.one_line()),
            json: json!({
                "line": line_of(&origin),
                "request_id": request_id,
                "reason": refusal.reason_name(),
                "message": refusal.message(),
                "mend": refusal.mend(),
            }),
        }),
    }
}

fn line_of(origin: &Origin) -> Option<u64> {
    match origin {
        Origin::Line(line) => Some(*line),
        Origin::Record(_) => None,
    }
}

fn show(context: &Context, tally: Tally, refusals: Vec<Refusal>) -> Result<(), Failure> {
    let Tally { accepted, replayed, refused } = tally;
    if context.console.is_json() {
        let errors: Vec<Value> = refusals.into_iter().map(|refusal| refusal.json).collect();
        context
            .console
            .json(&json!({ "accepted": accepted, "replayed": replayed, "refused": refused, "errors": errors }))?;
    } else {
        context.console.data(&facts([
            ("accepted", accepted.to_string()),
            ("kept before", replayed.to_string()),
            ("refused", refused.to_string()),
        ]))?;
    }
    if refused == 0 { Ok(()) } else { Err(Failure::Finding(format!("`{refused}` items were refused"))) }
}
