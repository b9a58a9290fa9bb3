use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use service_kit::clock::SystemClock;

use super::rejected_line::RejectedLine;
use super::{Context, workspaces};
use crate::failure::Failure;
use crate::output::{counted, facts, step};
use crate::propose::{Answer, Proposing, Tally, jsonl};
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
    /// [`Failure::Unreachable`] for a file that cannot be opened or read to its end; [`Failure::Finding`] when an item was refused;
    /// why the stream was given up. What was answered until then is told first.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let lines = jsonl::open(&self.file).map_err(Failure::unreachable)?;
        let needs = Needs { caller: Caller::LocalProposer, ..Needs::from(Missing::Make) };
        context
            .with_session(needs, async |session| {
                workspaces::say_if_new(context).await?;
                let clock = Arc::new(SystemClock);
                let mut proposing = Proposing::new(session.proposals(), session.workspace(), clock, lines);
                let mut told = Told::default();
                let progress = step("proposing");
                let end = loop {
                    match proposing.next().await {
                        Ok(Some(answer)) => self.tell(context, answer, &mut told),
                        Ok(None) => break Ok(()),
                        Err(stopped) => break Err(stopped),
                    }
                };
                drop(progress);
                show(context, proposing.tally(), proposing.unanswered(), &told.rejected)?;
                end?;
                told.verdict(proposing.tally())
            })
            .await
    }

    /// Names a line that is not kept as soon as that is known.
    fn tell(&self, context: &Context, answer: Answer, told: &mut Told) {
        let rejected = match answer {
            Answer::Accepted { .. } => return,
            Answer::Unreadable(error) => {
                told.is_source_broken |= error.reason.is_none();
                RejectedLine::unreadable(&self.file, error)
            }
            Answer::Refused(refused) => RejectedLine::refused(&self.file, refused),
        };
        if !context.console.is_json() {
            context.console.say(&rejected.to_text());
        }
        told.rejected.push(rejected.to_json());
    }
}

/// What was told of lines that are not kept.
#[derive(Debug, Default)]
struct Told {
    rejected: Vec<Value>,
    is_source_broken: bool,
}

impl Told {
    fn verdict(self, tally: &Tally) -> Result<(), Failure> {
        if self.is_source_broken {
            return Err(Failure::unreachable(anyhow::anyhow!(
                "the source broke off; propose the rest again once it can be read"
            )));
        }
        match tally.refused_in_all() {
            0 => Ok(()),
            refused => Err(Failure::Finding(format!(
                "{} refused; mend the named lines and propose the file again: what is kept stays as it is",
                counted(refused, "item was", "items were")
            ))),
        }
    }
}

fn show(context: &Context, tally: &Tally, unanswered: usize, rejected: &[Value]) -> Result<(), Failure> {
    let Tally { accepted, replayed, refused } = tally;
    if context.console.is_json() {
        return context.console.json(&json!({
            "accepted": accepted,
            "replayed": replayed,
            "refused": tally.refused_in_all(),
            "refused_by_reason": refused,
            "unanswered": unanswered,
            "errors": rejected,
        }));
    }
    let mut rows = vec![
        ("accepted", accepted.to_string()),
        ("kept before", replayed.to_string()),
        ("refused", tally.refused_in_all().to_string()),
    ];
    rows.extend(refused.iter().map(|(reason, count)| ("", format!("{count} {reason}"))));
    if unanswered > 0 {
        rows.push(("unanswered", unanswered.to_string()));
    }
    context.console.data(&facts(rows))
}
