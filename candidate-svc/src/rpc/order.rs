use std::sync::Arc;

use countersign_api::{candidate::v1 as api, name::CandidateName};
use prost::Message;
use service_kit::call::CallContext;
use tonic::Status;

use super::Parts;
use crate::{
    domain::{Actor, Candidate, Command},
    store::{Ask, CommandJob, RequestHash},
    wire::{self, FieldError, name_of, request_id},
};

/// Who orders something of which candidate, in which request.
pub(super) struct Order {
    ask: Ask,
    candidate: CandidateName,
}

impl Order {
    /// Reads who orders what, and checks that the caller reaches the workspace.
    ///
    /// # Errors
    /// As [`Order::parse`], and when the workspace is out of reach.
    pub(super) fn read(
        call: &CallContext,
        asked: &str,
        name: &str,
        id: &str,
        message: &impl Message,
    ) -> Result<Self, Status> {
        let order = Self::parse(call, asked, name, id, message)?;
        call.authorize(&order.candidate.workspace)?;
        Ok(order)
    }

    /// Reads who orders what. The message is what a request of this id must say again to be answered again; `asked` keeps
    /// apart what different rpcs ask.
    ///
    /// # Errors
    /// When name or request id are not of their form.
    pub(super) fn parse(
        call: &CallContext,
        asked: &str,
        name: &str,
        id: &str,
        message: &impl Message,
    ) -> Result<Self, FieldError> {
        Ok(Self { candidate: name_of("name", name)?, ask: ask(call, asked, id, message)? })
    }

    /// Returns the candidate that it is about.
    pub(super) fn candidate(&self) -> &CandidateName {
        &self.candidate
    }

    /// Makes it a job for the writer.
    pub(super) fn into_job(self, command: Command, in_batch: bool) -> CommandJob {
        CommandJob { ask: self.ask, candidate: self.candidate, command, in_batch }
    }

    /// Gives the command and waits for its commit.
    ///
    /// # Errors
    /// What the domain, the request id or the writer refuses.
    pub(super) async fn give(self, parts: &Parts, command: Command) -> Result<Arc<Candidate>, Status> {
        Ok(parts.store.command(self.into_job(command, false)).await?.candidate)
    }

    /// Gives the command and shows what it leaves.
    ///
    /// # Errors
    /// As [`Order::give`].
    pub(super) async fn give_and_show(self, parts: &Parts, command: Command) -> Result<Option<api::Candidate>, Status> {
        Ok(Some(wire::candidate::to_wire(&*self.give(parts, command).await?)))
    }
}

/// Reads who asks, in which request and trace.
pub(super) fn ask(call: &CallContext, asked: &str, id: &str, message: &impl Message) -> Result<Ask, FieldError> {
    Ok(Ask {
        actor: Arc::new(Actor::from(&**call.principal())),
        request: Some((request_id(id)?, RequestHash::of(asked, message))),
        traceparent: call.traceparent().unwrap_or_default().to_owned(),
    })
}
