//! What a handler knows about the call it answers.

use std::sync::Arc;

use countersign_api::{error::v1::ErrorReason, name::Workspace};
use tokio::time::Instant;
use tonic::{Request, Status};

use crate::{
    access::{Admitted, Human, Principal, out_of_reach},
    grpc::Deadline,
    rejection::Rejection,
    telemetry::trace_context,
};

/// Who calls, in which trace, and until when.
#[derive(Debug, Clone)]
pub struct CallContext {
    principal: Arc<Principal>,
    /// None for work that began inside the process.
    admitted: Option<Admitted>,
    traceparent: Option<String>,
    deadline: Option<Instant>,
}

impl CallContext {
    /// Reads the context that the server's layers left in a request.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when no access layer let the call in.
    pub fn from_request<T>(request: &Request<T>) -> Result<Self, Status> {
        let principal = request.extensions().get::<Arc<Principal>>().cloned().ok_or_else(|| {
            Rejection::new(ErrorReason::TokenInvalid, "the call came in without a principal; send a bearer token")
        })?;
        let carried = || request.metadata().get(trace_context::HEADER)?.to_str().ok().map(str::to_owned);
        Ok(Self {
            principal,
            admitted: request.extensions().get().cloned(),
            traceparent: trace_context::current().or_else(carried),
            deadline: request.extensions().get::<Deadline>().map(|deadline| deadline.0),
        })
    }

    /// Makes a context outside a server, for work that begins inside the process and for tests.
    pub fn of(principal: Arc<Principal>) -> Self {
        Self { principal, admitted: None, traceparent: trace_context::current(), deadline: None }
    }

    /// Returns the caller.
    pub fn principal(&self) -> &Arc<Principal> {
        &self.principal
    }

    /// Returns the W3C `traceparent` that events caused by this call keep.
    pub fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// Returns the moment after which nobody waits for the answer.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Checks that the workspace of the resource is within the caller's reach, and that the access policy permits this
    /// very rpc there. Work inside the process is no rpc: for it the reach alone counts.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` with `WORKSPACE_DENIED` or `ACCESS_DENIED`, in the same words whether the resource exists or not.
    pub fn authorize(&self, workspace: &Workspace) -> Result<(), Status> {
        match &self.admitted {
            Some(admitted) => Ok(admitted.authorize(workspace)?),
            None if self.principal.scope().reaches(workspace) => Ok(()),
            None => Err(out_of_reach(&self.principal, workspace).into()),
        }
    }

    /// Returns the caller as a person: what decides asks for one.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` with `ACCESS_DENIED` for a generator or a service.
    pub fn human(&self) -> Result<Human, Status> {
        self.principal.human().ok_or_else(|| {
            let id = self.principal.id();
            Rejection::new(ErrorReason::AccessDenied, format!("`{id}` is not a person; only people decide"))
                .with("principal", id.as_str())
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;
    use crate::access::{Role, Scope};

    fn principal(id: &str, scope: &str, role: Role) -> Arc<Principal> {
        let scope: Scope = scope.parse().expect("a scope");
        Arc::new(Principal::new(id.parse().expect("an id"), scope, [role]).expect("a principal"))
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().expect("an ErrorInfo").reason
    }

    #[test]
    fn a_request_that_no_layer_let_in_is_unauthenticated() {
        let refused = CallContext::from_request(&Request::new(())).expect_err("nobody calls");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));
    }

    #[test]
    fn a_request_gives_principal_trace_and_deadline() {
        let deadline = Instant::now();
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut request = Request::new(());
        request.extensions_mut().insert(principal("humans/anna", "workspaces/demo", Role::Reviewer));
        request.extensions_mut().insert(Deadline(deadline));
        request.metadata_mut().insert("traceparent", traceparent.parse().expect("ascii"));

        let call = CallContext::from_request(&request).expect("a context");
        assert_eq!(call.principal().id().as_str(), "humans/anna");
        assert_eq!(call.traceparent(), Some(traceparent));
        assert_eq!(call.deadline(), Some(deadline));
    }

    #[test]
    fn another_workspace_is_out_of_reach() {
        let call = CallContext::of(principal("humans/anna", "workspaces/demo", Role::Reviewer));
        assert!(call.authorize(&"workspaces/demo".parse().expect("a name")).is_ok());
        let refused = call.authorize(&"workspaces/other".parse().expect("a name")).expect_err("out of reach");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "WORKSPACE_DENIED"));
    }

    #[test]
    fn a_machine_is_never_a_person() {
        let anna = CallContext::of(principal("humans/anna", "workspaces/-", Role::Reviewer));
        assert_eq!(anna.human().expect("a person").id().as_str(), "humans/anna");
        for (id, role) in [("generators/rules", Role::Proposer), ("services/executor", Role::Executor)] {
            let refused = CallContext::of(principal(id, "workspaces/-", role)).human().expect_err("a machine");
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
        }
    }
}
