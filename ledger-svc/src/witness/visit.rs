use std::time::Duration;

use ledger_format::{AddCheckpoint, NoteSignature, SignedCheckpoint, WitnessKey};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE, redirect};

/// Most bytes that are read of an answer: a hundred signature lines.
const ANSWER_MAX_BYTES: usize = 64 * 1024;

/// Most of an answer's words that are shown.
const SAID_MAX_CHARS: usize = 200;

/// What a witness answers with the size that it is at.
const SIZE_TYPE: &str = "text/x.tlog.size";

/// A cosignature, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cosigned {
    pub(super) line: NoteSignature,
    pub(super) at_secs: u64,
}

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it can not be reached: {0}")]
    Unreachable(String),
    #[error("it is at `{size}` entries, `{assumed}` were assumed")]
    Elsewhere { size: u64, assumed: u64 },
    #[error(
        "it has cosigned `{witness_size}` entries and the log has `{size}`: this log was put back to an older copy, or another signs in its name"
    )]
    Ahead { witness_size: u64, size: u64 },
    #[error("it has cosigned another root at `{size}`: two histories were signed")]
    Forked { size: u64 },
    #[error("it does not know this log (404); give its operator the log's verifying key")]
    UnknownLog,
    #[error("it trusts no key that signed (403); give its operator the log's present verifying key")]
    UntrustedKey,
    #[error(
        "it finds the log inconsistent with what it cosigned (422): two histories were signed, or it has other files than before"
    )]
    Inconsistent,
    #[error("it refuses with {status}: {said}")]
    Refused { status: StatusCode, said: String },
    #[error("its answer has more than {ANSWER_MAX_BYTES} bytes")]
    TooLong,
    #[error("its answer holds no cosignature of this checkpoint by the key of the policy")]
    NoCosignature,
    #[error("the ledger can not be read now")]
    NoProof,
}

/// The one way out of the ledger: no redirects, bounded in time.
pub(crate) fn egress(answer_within: Duration) -> Result<Client, reqwest::Error> {
    let agent = concat!("countersign/", env!("CARGO_PKG_VERSION"));
    Client::builder().timeout(answer_within).redirect(redirect::Policy::none()).user_agent(agent).build()
}

/// Asks a witness once.
pub(super) async fn ask(
    client: &Client,
    url: &str,
    key: &WitnessKey,
    asked: &AddCheckpoint,
    size: u64,
) -> Result<Cosigned, Fault> {
    let place = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let sent = client.post(place).header(CONTENT_TYPE, "text/plain; charset=utf-8").body(asked.to_string()).send();
    let mut response = sent.await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let is_size = response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes() == SIZE_TYPE.as_bytes());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_MAX_BYTES {
            return Err(Fault::TooLong);
        }
    }
    let body = String::from_utf8_lossy(&body);
    match status {
        StatusCode::OK => read_cosignature(&body, key, &asked.checkpoint).ok_or(Fault::NoCosignature),
        StatusCode::CONFLICT => Err(read_conflict(&body, is_size, asked.old_size, size)),
        StatusCode::NOT_FOUND => Err(Fault::UnknownLog),
        StatusCode::FORBIDDEN => Err(Fault::UntrustedKey),
        StatusCode::UNPROCESSABLE_ENTITY => Err(Fault::Inconsistent),
        status => Err(Fault::Refused { status, said: shown(&body) }),
    }
}

fn read_cosignature(body: &str, key: &WitnessKey, checkpoint: &SignedCheckpoint) -> Option<Cosigned> {
    // Lines by others, and of other kinds, are none of ours.
    let lines = body.lines().filter_map(|line| NoteSignature::parse(line).ok());
    let mut verified = lines.filter_map(|line| key.verify(checkpoint, &line).map(|at_secs| Cosigned { line, at_secs }));
    verified.next()
}

fn read_conflict(body: &str, is_size: bool, assumed: u64, size: u64) -> Fault {
    let told = body.strip_suffix('\n').unwrap_or(body);
    let told = told.parse::<u64>().ok().filter(|number| is_size && number.to_string() == told);
    match told {
        Some(witness_size) if witness_size > size => Fault::Ahead { witness_size, size },
        Some(witness_size) if witness_size != assumed => Fault::Elsewhere { size: witness_size, assumed },
        Some(_) => Fault::Forked { size },
        None if assumed == size => Fault::Forked { size },
        None => Fault::Refused { status: StatusCode::CONFLICT, said: shown(body) },
    }
}

/// What a stranger said, fit for a log line.
fn shown(body: &str) -> String {
    body.chars().take(SAID_MAX_CHARS).flat_map(char::escape_debug).collect()
}

/// Names the innermost cause: `error sending request` alone helps nobody.
fn unreachable(error: &reqwest::Error) -> Fault {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    Fault::Unreachable(causes.last().map_or_else(String::new, ToString::to_string))
}
