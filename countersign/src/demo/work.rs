use std::sync::Arc;

use futures::future::try_join_all;
use service_kit::access::Role;
use service_kit::clock::{Clock, SystemClock};
use service_kit::grpc::AuthorizedChannel;
use tokio::sync::mpsc;

use super::caught_up;
use super::conductor::{Conducted, Conductor};
use super::input::Input;
use super::progress::Report;
use super::proposers::{self, Proposer};
use super::reviewers::Reviewers;
use super::run::Options;
use super::scope::Scope;
use super::services::Services;
use super::tally::Tally;
use crate::app::principals;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::counted;

/// Answers on their way from the proposers to the conductor.
const KEPT_MAX: usize = 1_024;

/// Lets proposals in and everything happen that follows from them.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// Where, and whom to tell.
    pub context: &'a Context,
    /// With what.
    pub options: &'a Options,
    /// Through which services.
    pub services: Services<'a>,
}

impl Work<'_> {
    /// Returns a channel as who follows, exports and has growth proved.
    ///
    /// # Errors
    /// The server's refusal to make a token.
    pub async fn auditor(self) -> Result<AuthorizedChannel, Failure> {
        self.channel_as("services/demonstration", Role::Auditor).await
    }

    /// Proposes, has reviewers decide and waits until nothing more will happen.
    ///
    /// # Errors
    /// The server's refusals; a broken stream.
    pub async fn conduct(self, input: Input, auditor: AuthorizedChannel) -> Result<Conducted, Failure> {
        let Context { console, place } = self.context;
        let proposals = input.proposals();
        let scope = Scope::of(&input.by_proposer);
        let seeded = self.services.seed(place, input.records).await?;
        console.say(&format!("{} taken into the sandbox CRM", counted(seeded, "record", "records")));

        let reviewers = if self.options.simulated { Some(self.seat_reviewers().await?) } else { None };
        let mut rule_sets = Vec::with_capacity(input.by_proposer.len());
        for (proposer, items) in input.by_proposer {
            rule_sets.push(Proposer { channel: self.channel_as(&proposer, Role::Proposer).await?, items });
        }
        let recorded_before = caught_up::size_to_catch_up_with(auditor.clone(), &place.workspace).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let tally = Tally::new(Arc::clone(&clock), Report::new(*console, proposals));
        let conductor = Conductor::new(reviewers, scope, recorded_before, tally);

        let (kept, answers) = mpsc::channel(KEPT_MAX);
        let proposing = proposers::propose(*console, &place.workspace, &clock, rule_sets, kept);
        let conducting = conductor.run(auditor, place.workspace.to_string(), answers);
        let (refused, mut conducted) = tokio::try_join!(proposing, conducting)?;
        conducted.tally.refused = refused;
        Ok(conducted)
    }

    /// Gives each simulated person a token that ends with this run.
    async fn seat_reviewers(self) -> Result<Reviewers, Failure> {
        let channels = try_join_all(Reviewers::PEOPLE.map(|id| self.channel_as(id, Role::Reviewer))).await?;
        let channels = channels.try_into().expect("invariant: there is a channel for each of them");
        Ok(Reviewers::new(self.options.seed, channels))
    }

    async fn channel_as(self, id: &str, role: Role) -> Result<AuthorizedChannel, Failure> {
        self.services.channel_as(principals::of_workspace(id, role, &self.context.place.workspace)).await
    }
}
