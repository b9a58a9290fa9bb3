use clap::Args;
use countersign_api::candidate::v1::{ApproveCandidateRequest, Candidate};

use super::decision::{Decision, Seen};
use super::id;
use crate::candidate_text::proposal;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{Answer, ask};
use crate::session::{Missing, Needs, Session};

const EXAMPLES: &str = "\
Examples:
  countersign candidate approve 6d1f6c7a9a55
  countersign candidate approve 6d1f6c7a9a55 --yes --note 'Checked with the owner'
  countersign candidate approve 6d1f6c7a9a55 --yes --etag r2 --digest 8a1c
  countersign candidate approve 6d1f6c7a9a55 --yes --wait --json | jq .candidate.execution.result";

/// Approves exactly the bytes that are shown. On a terminal you see them and are asked; elsewhere `--yes` is required.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Approve {
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    consent: Consent,
    /// Words for the record.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

/// How a person consents to bytes.
#[derive(Debug, Args)]
pub struct Consent {
    /// The digest you consent to, in hex; at least its first four digits. Without it, that of the payload as it is now.
    #[arg(long, value_name = "HEX")]
    pub digest: Option<String>,
    /// Does not ask.
    #[arg(long)]
    pub yes: bool,
    /// A conflicting candidate that is approved already and that you have seen; once for each, by its name, its id, or the beginning or end of
    /// its id.
    #[arg(long, value_name = "ID")]
    pub beside: Vec<String>,
    /// Waits until the execution has ended in whatever way. Without a server, this process executes.
    #[arg(long)]
    pub wait: bool,
}

impl Approve {
    /// Approves it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Usage`] when nobody can be asked; [`Failure::Finding`] when the person says no.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, consent, note } = self;
        decision
            .take_with(context, consent.needs(), async |session, seen| {
                let question = "Approve exactly this?";
                let Some(digest) = consent.obtain(context, session, &seen.candidate, question).await? else {
                    return Ok(None);
                };
                let Seen { name, etag, request_id, .. } = seen;
                let acknowledged_conflicts = consent.acknowledged(session).await?;
                let request = ApproveCandidateRequest { name, request_id, etag, digest, note, acknowledged_conflicts };
                Ok(session.review().approve_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl Consent {
    /// Returns what the command needs of the services.
    pub fn needs(&self) -> Needs {
        Needs { execution: self.wait, ..Needs::from(Missing::Refuse) }
    }

    /// Finds the conflicting candidates that the person has seen.
    ///
    /// # Errors
    /// [`Failure::Finding`] when no candidate or several have the id.
    pub async fn acknowledged(&self, session: &Session) -> Result<Vec<String>, Failure> {
        let mut names = Vec::with_capacity(self.beside.len());
        for text in &self.beside {
            names.push(id::find(session, text).await?.to_string());
        }
        Ok(names)
    }

    /// Shows what would run and asks; returns the digest consented to, or nothing when the answer is no.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the digest given is not the payload's; [`Failure::Usage`] when it is none, or nobody can be asked.
    pub async fn obtain(
        &self,
        context: &Context,
        session: &Session,
        candidate: &Candidate,
        question: &str,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let present = candidate.payload.as_ref().map(|payload| payload.digest.as_slice()).unwrap_or_default();
        let digest = match &self.digest {
            Some(given) => read_digest(given, present)?,
            None => present.to_vec(),
        };
        if self.yes {
            return Ok(Some(digest));
        }
        if !context.console.is_interactive() {
            return Err(Failure::usage(
                "nobody can be asked here; add `--yes` to consent to the bytes as they are now",
            ));
        }
        context.console.say(&proposal(candidate, &session.action_types().await?));
        Ok(match ask(question)? {
            Answer::Yes => Some(digest),
            Answer::No => None,
        })
    }
}

/// Reads a whole digest as it is, for the server to judge, and a beginning as the present digest it begins.
fn read_digest(given: &str, present: &[u8]) -> Result<Vec<u8>, Failure> {
    const WHOLE_CHARS: usize = 64;
    const LEAST_CHARS: usize = 4;
    let given = given.trim_end_matches('…').to_ascii_lowercase();
    let is_hex = given.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || given.len() < LEAST_CHARS || given.len() > WHOLE_CHARS {
        return Err(Failure::usage(format!(
            "`{given}` is not a digest; write {LEAST_CHARS} to {WHOLE_CHARS} hex digits"
        )));
    }
    if given.len() == WHOLE_CHARS {
        return hex::decode(&given).map_err(Failure::fault);
    }
    if hex::encode(present).starts_with(&given) {
        Ok(present.to_vec())
    } else {
        Err(Failure::Finding(format!(
            "the payload's digest does not begin with `{given}`: it has changed since you read it; \
             read it again with `countersign candidate show`"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_of_the_present_digest_stands_for_it() {
        assert_eq!(read_digest("ABAB…", &[0xAB; 32]).expect("its beginning"), [0xAB; 32]);
        assert!(matches!(read_digest("abac", &[0xAB; 32]), Err(Failure::Finding(_))));
    }

    #[test]
    fn a_whole_digest_is_sent_as_it_is_for_the_server_to_judge() {
        assert_eq!(read_digest(&"cd".repeat(32), &[0xAB; 32]).expect("a whole one"), [0xCD; 32]);
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for given in ["", "abc", "xyzw", &"a".repeat(65)] {
            assert!(matches!(read_digest(given, &[0xAB; 32]), Err(Failure::Usage(_))), "{given}");
        }
    }
}
