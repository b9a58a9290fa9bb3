use std::sync::Arc;

use countersign_api::{ledger::v1::ledger_service_client::LedgerServiceClient, name::Workspace};
use ledger_format::Nonce;
use service_kit::{
    access::{Role, Scope, Seals},
    call::CallContext,
    clock::Clock,
    grpc::AuthorizedChannel,
    ids::Ids,
    shutdown::Shutdown,
};
use tonic::{Request, Status};
use uuid::Uuid;

use super::status;
use crate::{
    catalogue::Catalogue,
    domain::Moment,
    policy::Approvers,
    store::{Reader, Store},
    wire::{FieldError, name_of},
};

/// What every rpc works with; clones are cheap.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) catalogue: Catalogue,
    pub(crate) approvers: Approvers,
    pub(crate) ledger: LedgerServiceClient<AuthorizedChannel>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) shutdown: Shutdown,
    /// Seals page and resume tokens.
    pub(crate) seals: Seals,
}

impl Parts {
    /// Takes a request apart: who calls, and what they say.
    pub(super) fn enter<T>(request: Request<T>) -> Result<(CallContext, T), Status> {
        let call = CallContext::from_request(&request)?;
        Ok((call, request.into_inner()))
    }

    /// Reads the workspace that a request is about, and checks that the caller reaches it.
    pub(super) fn workspace(call: &CallContext, parent: &str) -> Result<Workspace, Status> {
        let workspace = name_of("parent", parent)?;
        call.authorize(&workspace)?;
        Ok(workspace)
    }

    /// Reads the workspace that a request reads from, as [`Parts::workspace`] does.
    ///
    /// Whoever administers all of them may have misspelled it, and an empty answer would hide that. Who reaches one alone cannot, and
    /// where nothing was written yet there is nothing to confuse it with.
    pub(super) async fn workspace_read(&self, call: &CallContext, parent: &str) -> Result<Workspace, Status> {
        let workspace = Self::workspace(call, parent)?;
        let caller = call.principal();
        if *caller.scope() == Scope::All && caller.has(Role::Admin) {
            let known = self.store.read().workspaces().await?;
            if !known.is_empty() && !known.contains(&workspace) {
                return Err(status::workspace_not_found(&workspace, &known));
            }
        }
        Ok(workspace)
    }

    /// Returns what reads for a call: a server gives up when nobody waits for the answer any more.
    pub(super) fn reader(&self, call: &CallContext) -> Reader {
        self.store.read().until(call.deadline())
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from(self.clock.now())
    }

    pub(crate) fn draw_id(&self) -> Uuid {
        self.ids.uuid_v7(self.clock.now())
    }

    pub(crate) fn draw_nonce(&self) -> Nonce {
        Nonce::new(self.ids.random_32())
    }
}

/// Reads a page size.
pub(super) fn page_size(asked: i32) -> Result<u32, FieldError> {
    crate::listing::page::page_size(asked)
        .ok_or_else(|| FieldError::new("page_size", "is negative; ask for 1 to 1,000"))
}

/// Cuts what was read with one more than fits a page, which tells whether there is another page; returns the page and the token that goes
/// on behind its last item, empty on the last page.
pub(super) fn page_of<T>(mut found: Vec<T>, size: u32, token_behind: impl FnOnce(&T) -> String) -> (Vec<T>, String) {
    let has_more = found.len() > size as usize;
    found.truncate(size as usize);
    let next_page_token = found.last().filter(|_| has_more).map(token_behind).unwrap_or_default();
    (found, next_page_token)
}
