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
    if context.console.is_json() {
        return context.console.json(&summary_json(tally, unanswered, rejected));
    }
    context.console.data(&summary_text(tally, unanswered))
}

fn summary_json(tally: &Tally, unanswered: usize, rejected: &[Value]) -> Value {
    let Tally { accepted, replayed, refused } = tally;
    json!({
        "accepted": accepted,
        "replayed": replayed,
        "refused": tally.refused_in_all(),
        "refused_by_reason": refused,
        "unanswered": unanswered,
        "errors": rejected,
    })
}

fn summary_text(tally: &Tally, unanswered: usize) -> String {
    let Tally { accepted, replayed, refused } = tally;
    let mut rows = vec![
        ("accepted", accepted.to_string()),
        ("kept before", replayed.to_string()),
        ("refused", tally.refused_in_all().to_string()),
    ];
    rows.extend(refused.iter().map(|(reason, count)| ("", format!("{count} {reason}"))));
    if unanswered > 0 {
        rows.push(("unanswered", unanswered.to_string()));
    }
    facts(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn what_was_given_up_tells_what_became_of_all_that_was_read() {
        let refused = [("PAYLOAD_INVALID".to_owned(), 1), ("REQUEST_MALFORMED".to_owned(), 2)].into();
        let tally = Tally { accepted: 4, replayed: 1, refused };
        assert_eq!(
            summary_text(&tally, 5),
            "accepted     4\n\
             kept before  1\n\
             refused      3\n             1 PAYLOAD_INVALID\n             2 REQUEST_MALFORMED\n\
             unanswered   5"
        );
        let json = summary_json(&tally, 5, &[]);
        assert_eq!((&json["refused"], &json["unanswered"]), (&3.into(), &5.into()));
        assert_eq!(json["refused_by_reason"]["REQUEST_MALFORMED"], 2);
    }

    #[test]
    fn one_refused_line_is_enough_for_a_no_and_a_broken_source_is_out_of_reach() {
        let refused = [("PAYLOAD_INVALID".to_owned(), 1)].into();
        let verdict = Told::default().verdict(&Tally { refused, ..Tally::default() }).expect_err("refused");
        assert!(verdict.to_string().starts_with("1 item was refused"), "{verdict}");
        assert_eq!(verdict.exit(), Exit::Negative);
        let told = Told { is_source_broken: true, ..Told::default() };
        assert_eq!(told.verdict(&Tally::default()).expect_err("broken").exit(), Exit::Unreachable);
        assert!(Told::default().verdict(&Tally { accepted: 1, ..Tally::default() }).is_ok());
    }
}
