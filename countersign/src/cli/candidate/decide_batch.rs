use clap::{Args, Subcommand};
use countersign_api::candidate::v1::{
    ActionType, ApproveCandidateRequest, BatchAnswer, BatchDecision, Candidate, DecideBatchRequest,
    ListCandidatesRequest, RejectCandidateRequest, batch_answer::Result as Outcome, batch_decision::Decision,
};
use serde_json::{Value, json};

use super::reject::Reason;
use super::selection::Selection;
use crate::candidate_text::{payload_lines, record_text, risk_name, short_digest, short_id, state_name};
use crate::cli::Context;
use crate::cli::number::parse_count;
use crate::failure::Failure;
use crate::output::{Answer, ask, counted, table};
use crate::refusal::Refusal;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign candidate decide-batch approve --state proposed --risk low --turn me
  countersign candidate decide-batch reject --action-type create_task --reason bad-timing --note 'Quarter end'";

const APPROVE_EXAMPLES: &str = "\
Examples:
  countersign candidate decide-batch approve --state proposed --risk low --turn me
  countersign candidate decide-batch approve --filter 'record = \"crm/deal/*\" AND age > 2d' --limit 20 --yes";

const REJECT_EXAMPLES: &str = "\
Examples:
  countersign candidate decide-batch reject --action-type create_task --reason bad-timing --note 'Quarter end'";

/// The most decisions that one request takes.
const DECISIONS_MAX: u32 = 500;

/// Decides on everything that is shown, each by itself: what changed since it was shown is not decided.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DecideBatch {
    #[command(subcommand)]
    verdict: Verdict,
}

/// What is decided on all of them.
#[derive(Debug, Subcommand)]
enum Verdict {
    /// Approves the bytes that are shown, where the policy allows it for several at once.
    #[command(before_help = APPROVE_EXAMPLES)]
    Approve(Batch),
    /// Refuses them, all for the same reason.
    #[command(before_help = REJECT_EXAMPLES)]
    Reject {
        #[command(flatten)]
        batch: Batch,
        /// Why, for counting.
        #[arg(long, value_enum)]
        reason: Reason,
    },
}

/// Which candidates, and how the person consents.
#[derive(Debug, Args)]
struct Batch {
    #[command(flatten)]
    selection: Selection,
    /// At most this many, the oldest first; up to 500.
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = parse_count)]
    limit: u32,
    /// Words for the record, on each of them.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

impl DecideBatch {
    /// Shows what the options find, asks, and sends one decision for each with the etag and digest that were shown.
    ///
    /// # Errors
    /// [`Failure::Usage`] when nobody can be asked; [`Failure::Finding`] when the person says no, nothing is found, or some were refused.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let batch = match &self.verdict {
            Verdict::Approve(batch) | Verdict::Reject { batch, .. } => batch,
        };
        if batch.limit > DECISIONS_MAX {
            return Err(Failure::usage(format!("`--limit {}` is over {DECISIONS_MAX}: decide in parts", batch.limit)));
        }
        if batch.yes && batch.selection.filter().is_empty() {
            let mend = "say which, such as `--state proposed --action-type create_task`";
            return Err(Failure::usage(format!("`--yes` alone would decide on whatever waits: {mend}")));
        }
        context
            .with_session(Missing::Refuse, async |session| {
                let found = batch.find(session).await?;
                if found.is_empty() {
                    return Err(Failure::Finding("there is no such candidate: nothing was decided".to_owned()));
                }
                batch.obtain_consent(context, session, &found, self.verb()).await?;
                let decisions = found.iter().map(|candidate| self.decision(session, candidate)).collect();
                let request = DecideBatchRequest { parent: session.workspace().to_string(), decisions };
                let answers = session.review().decide_batch(request).await?.into_inner().answers;
                show(context, &found, &answers)
            })
            .await
    }

    const fn verb(&self) -> &'static str {
        match self.verdict {
            Verdict::Approve(_) => "Approve",
            Verdict::Reject { .. } => "Reject",
        }
    }

    fn decision(&self, session: &Session, candidate: &Candidate) -> BatchDecision {
        let (name, etag) = (candidate.name.clone(), candidate.etag.clone());
        let request_id = session.new_request_id();
        let decision = match &self.verdict {
            Verdict::Approve(batch) => Decision::Approve(ApproveCandidateRequest {
                name,
                request_id,
                etag,
                digest: candidate.payload.as_ref().map(|payload| payload.digest.clone()).unwrap_or_default(),
                note: batch.note.clone(),
                acknowledged_conflicts: Vec::new(),
            }),
            Verdict::Reject { batch, reason } => Decision::Reject(RejectCandidateRequest {
                name,
                request_id,
                etag,
                reason: reason.to_wire().into(),
                note: batch.note.clone(),
            }),
        };
        BatchDecision { decision: Some(decision) }
    }
}

impl Batch {
    async fn find(&self, session: &Session) -> Result<Vec<Candidate>, Failure> {
        let request = ListCandidatesRequest {
            parent: session.workspace().to_string(),
            page_size: self.limit.try_into().expect("invariant: a batch has at most 500"),
            page_token: String::new(),
            filter: self.selection.filter(),
            order_by: String::new(),
        };
        Ok(session.review().list_candidates(request).await?.into_inner().candidates)
    }

    async fn obtain_consent(
        &self,
        context: &Context,
        session: &Session,
        found: &[Candidate],
        verb: &str,
    ) -> Result<(), Failure> {
        if !self.yes && !context.console.is_interactive() {
            return Err(Failure::usage("nobody can be asked here; add `--yes` to decide on what the options find"));
        }
        context.console.say(&rows(found, &session.action_types().await?));
        if self.yes {
            return Ok(());
        }
        let question = format!("{verb} {}, exactly as shown?", counted(found.len() as u64, "candidate", "candidates"));
        match ask(&question)? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::Finding("nothing was sent".to_owned())),
        }
    }
}

fn rows(candidates: &[Candidate], action_types: &[ActionType]) -> String {
    table(
        ["id", "action", "risk", "on", "what would run", "digest"],
        candidates.iter().map(|candidate| {
            let action_type = action_types.iter().find(|action_type| action_type.name == candidate.action_type);
            let payload = candidate.payload.as_ref();
            let lines = payload.map(|payload| payload_lines(&payload.canonical_json, action_type)).unwrap_or_default();
            let lines: Vec<String> = lines.into_iter().map(|(label, value)| format!("{label}: {value}")).collect();
            [
                short_id(&candidate.name).to_owned(),
                candidate.action_type.clone(),
                risk_name(candidate.risk.as_ref()).to_owned(),
                record_text(candidate.target.as_ref()),
                lines.join("\n"),
                payload.map(|payload| short_digest(&payload.digest)).unwrap_or_default(),
            ]
        }),
    )
}

fn show(context: &Context, found: &[Candidate], answers: &[BatchAnswer]) -> Result<(), Failure> {
    let refused = answers.iter().filter(|answer| !matches!(answer.result, Some(Outcome::Candidate(_)))).count();
    if context.console.is_json() {
        let items: Vec<Value> = found.iter().zip(answers).map(|(candidate, answer)| item(candidate, answer)).collect();
        let decided = answers.len() - refused;
        context.console.json(&json!({ "answers": items, "decided": decided, "refused": refused }))?;
    } else {
        let row =
            |(candidate, answer): (&Candidate, &BatchAnswer)| [short_id(&candidate.name).to_owned(), said(answer)];
        context.console.data(&table(["id", "answer"], found.iter().zip(answers).map(row)))?;
    }
    match refused {
        0 => Ok(()),
        refused => Err(Failure::Finding(format!(
            "{} refused; the others are decided",
            counted(refused as u64, "decision was", "decisions were")
        ))),
    }
}

fn said(answer: &BatchAnswer) -> String {
    match &answer.result {
        Some(Outcome::Candidate(candidate)) => state_name(candidate.state).to_owned(),
        Some(Outcome::Refused(refused)) => Refusal::of_item(refused).one_line(),
        None => "no answer".to_owned(),
    }
}

fn item(candidate: &Candidate, answer: &BatchAnswer) -> Value {
    let (said, answer) = match &answer.result {
        Some(Outcome::Candidate(decided)) => ("state", json!(state_name(decided.state))),
        Some(Outcome::Refused(refused)) => ("refused", Refusal::of_item(refused).to_json()),
        None => ("refused", json!("no answer")),
    };
    let digest = candidate.payload.as_ref().map(|payload| hex::encode(&payload.digest));
    json!({ "candidate": candidate.name, "digest": digest, said: answer })
}
