//! Resume tokens: what a reader was sent so far, by origin, size and root.
//!
//! The size is that of entries committed, not of entries signed: what a reader was sent is on disk before it is sent, so a log that is
//! merely behind with its checkpoints still begins with it. A log that does not was put back to an older copy, forked, or is another.
//!
//! A token is the text that a checkpoint of that size would sign, in base64. No signature vouches for it: it is the reader's own
//! memory, and a forged one reaches nothing that its caller could not ask for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_api::error::v1::ErrorReason;
use ledger_format::{Checkpoint, Frontier, Hash};
use service_kit::rejection::Rejection;

use super::status;
use crate::{
    log::Log,
    store::{self, LedgerStore, tree},
};

/// Most bytes of a token; an origin, a number and a root take fewer.
const TOKEN_MAX_BYTES: usize = 1_024;

/// What a reader was sent so far.
#[derive(Debug, Clone)]
pub(super) struct Delivered {
    origin: String,
    frontier: Frontier,
}

/// How a log differs from what a token stands for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Divergence {
    #[error("the token is of `{found}`, another log; begin again without it, or ask the log that gave it")]
    OtherLog { found: String },
    #[error(
        "the log has `{size}` entries, `{delivered}` were delivered: it was put back to an older copy; keep the token and verify the ledger"
    )]
    Shorter { size: u64, delivered: u64 },
    #[error(
        "the first `{size}` entries have another root than those that were delivered: the log was forked; keep the token and verify the ledger"
    )]
    OtherRoot { size: u64 },
}

impl Delivered {
    /// Takes up where a token says, else at an index.
    ///
    /// # Errors
    /// `PAGE_TOKEN_INVALID` for what is no token, `LOG_DIVERGED` when this log does not begin with what the token stands for,
    /// `LOG_RANGE_INVALID` for an index beyond the log.
    pub(super) async fn take_up(
        ledger: &LedgerStore,
        log: &Log,
        resume_token: &str,
        start_index: u64,
    ) -> Result<Self, Rejection> {
        let token = if resume_token.is_empty() { None } else { Some(parse(resume_token)?) };
        let size = log.view().size;
        let from = match &token {
            Some(token) if token.origin() != log.origin => {
                return Err(status::diverged(log, &Divergence::OtherLog { found: token.origin().to_owned() }));
            }
            Some(token) if token.size() > size => {
                return Err(status::diverged(log, &Divergence::Shorter { size, delivered: token.size() }));
            }
            Some(token) => token.size(),
            None if start_index > size => return Err(status::out_of_range(log, "start_index", start_index, size)),
            None => start_index,
        };
        let frontier = load(ledger, log, from).await.map_err(|error| status::of_store(&error))?;
        if token.is_some_and(|token| token.root() != frontier.root()) {
            return Err(status::diverged(log, &Divergence::OtherRoot { size: from }));
        }
        Ok(Self { origin: log.origin.clone(), frontier })
    }

    /// Returns the index that is sent next.
    pub(super) const fn next(&self) -> u64 {
        self.frontier.size()
    }

    /// Adds the next entry.
    pub(super) fn add(&mut self, leaf_hash: Hash) {
        self.frontier.append(leaf_hash);
    }

    /// Writes the token.
    pub(super) fn token(&self) -> String {
        let checkpoint = Checkpoint::new(&self.origin, self.frontier.size(), self.frontier.root());
        URL_SAFE_NO_PAD.encode(checkpoint.expect("invariant: an origin of ours fits a checkpoint").to_string())
    }
}

fn parse(token: &str) -> Result<Checkpoint, Rejection> {
    let text = Some(token).filter(|token| token.len() <= TOKEN_MAX_BYTES);
    let text = text.and_then(|token| String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Rejection::new(
            ErrorReason::PageTokenInvalid,
            "the resume token is none that this service gives; hand back the last one whole, or begin without it",
        )
    })
}

async fn load(ledger: &LedgerStore, log: &Log, size: u64) -> Result<Frontier, store::Error> {
    let mut reader = ledger.reader().await?;
    let edge = Frontier::right_edge(size);
    let hashes = tree::tree_hashes(&mut reader.rows(), ledger.tile_roots(), &log.workspace, size, edge).await?;
    Ok(Frontier::load(size, &hashes).expect("invariant: every hash of the edge was read ahead"))
}
