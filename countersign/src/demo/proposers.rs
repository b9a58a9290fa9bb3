use std::sync::Arc;

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::error::v1::ErrorReason;
use countersign_api::name::Workspace;
use futures::future::try_join_all;
use service_kit::clock::Clock;
use service_kit::grpc::AuthorizedChannel;
use tokio::sync::mpsc;

use super::conductor::Kept;
use crate::failure::Failure;
use crate::output::Console;
use crate::propose::{self, Answer, Item, Proposing, Refused};

/// A rule set's way in, and what it proposes.
#[derive(Debug)]
pub struct Proposer {
    /// The channel, as the rule set's principal.
    pub channel: AuthorizedChannel,
    /// The proposals.
    pub items: Vec<Item>,
}

/// Streams the proposals of every rule set in, all at the same time, and hands on what is kept. Returns how many were refused.
///
/// # Errors
/// The server's refusal of a stream.
pub async fn propose(
    console: Console,
    workspace: &Workspace,
    clock: &Arc<dyn Clock>,
    proposers: Vec<Proposer>,
    kept: mpsc::Sender<Kept>,
) -> Result<u64, Failure> {
    let streams =
        proposers.into_iter().map(|proposer| stream(console, proposer, workspace, Arc::clone(clock), kept.clone()));
    let refused = try_join_all(streams.collect::<Vec<_>>()).await?;
    Ok(refused.into_iter().sum())
}

async fn stream(
    console: Console,
    proposer: Proposer,
    workspace: &Workspace,
    clock: Arc<dyn Clock>,
    kept: mpsc::Sender<Kept>,
) -> Result<u64, Failure> {
    let Proposer { channel, items } = proposer;
    let client = ProposalServiceClient::new(channel);
    let mut proposing = Proposing::new(client, workspace, clock, propose::ready(items));
    let mut refused = 0;
    while let Some(answer) = proposing.next().await? {
        let answer = match answer {
            Answer::Accepted { candidate, revision, replayed } => Kept::Answered { candidate, revision, replayed },
            Answer::Refused(item) if is_kept(&item) => Kept::InOtherWords { request_id: item.request_id },
            Answer::Refused(Refused { origin, refusal, .. }) => {
                console.say(&format!("{origin}: {}", refusal.one_line()));
                refused += 1;
                continue;
            }
            Answer::Unreadable(error) => {
                console.say(&error.to_string());
                refused += 1;
                continue;
            }
        };
        // Nobody listens any more only when the demonstration has failed elsewhere; that failure is the one to tell.
        if kept.send(answer).await.is_err() {
            break;
        }
    }
    Ok(refused)
}

/// Tells whether the same facts were proposed on before, read from another export: the id stands for them, the words differ.
fn is_kept(item: &Refused) -> bool {
    item.refusal.reason() == Some(ErrorReason::RequestIdReused)
}
