use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::name::Workspace;
use futures::future::try_join_all;
use service_kit::access::Role;
use service_kit::clock::Clock;
use service_kit::grpc::AuthorizedChannel;
use tokio::sync::mpsc;

use super::conductor::Accepted;
use crate::app::{App, principals};
use crate::failure::Failure;
use crate::output::Console;
use crate::propose::{self, Answer, Item, Proposing};

/// Streams the proposals of every rule set in, all at the same time, and hands on what is kept. Returns how many were refused.
///
/// # Errors
/// The server's refusal of a stream.
pub async fn propose(
    console: Console,
    app: &App,
    workspace: &Workspace,
    clock: &Arc<dyn Clock>,
    by_proposer: BTreeMap<String, Vec<Item>>,
    accepted: mpsc::Sender<Accepted>,
) -> Result<u64, Failure> {
    let streams = by_proposer.into_iter().map(|(proposer, items)| {
        let channel = app.channel_as(principals::of_workspace(&proposer, Role::Proposer, workspace));
        stream(console, channel, workspace, Arc::clone(clock), items, accepted.clone())
    });
    let refused = try_join_all(streams.collect::<Vec<_>>()).await?;
    Ok(refused.into_iter().sum())
}

async fn stream(
    console: Console,
    channel: AuthorizedChannel,
    workspace: &Workspace,
    clock: Arc<dyn Clock>,
    items: Vec<Item>,
    accepted: mpsc::Sender<Accepted>,
) -> Result<u64, Failure> {
    let client = ProposalServiceClient::new(channel);
    let mut proposing = Proposing::new(client, workspace, clock, propose::ready(items));
    while let Some(answer) = proposing.next().await? {
        match answer {
            Answer::Accepted { candidate, revision, replayed, .. } => {
                // Nobody listens any more only when the demonstration has failed elsewhere; that failure is the one to tell.
                if accepted.send(Accepted { candidate, revision, replayed }).await.is_err() {
                    break;
                }
            }
            Answer::Refused(refused) => console.say(&format!("{}: {}", refused.origin, refused.refusal.one_line())),
            Answer::Unreadable(error) => console.say(&error.to_string()),
        }
    }
    Ok(proposing.tally().refused)
}
