use countersign_api::{candidate::v1::ClaimExecutionsRequest, name::Workspace};

use crate::{
    catalogue::Catalogue,
    domain::{
        ActionTypeName,
        limits::{LEASE_MAX_MS, LEASE_MIN_MS},
    },
    wire::{FieldError, time},
};

/// The most claims that one stream may have unreported.
pub(super) const IN_FLIGHT_MAX: u32 = 256;

/// The most operations one executor may name.
const OPERATIONS_MAX: usize = 64;

/// What an executor asks for.
#[derive(Debug, Clone)]
pub(super) struct ClaimRequest {
    pub(super) workspace: Workspace,
    /// Action types whose operation the executor can perform. Nobody is handed a change of the review policy.
    pub(super) action_types: Vec<ActionTypeName>,
    pub(super) lease_ms: u64,
    pub(super) max_in_flight: u32,
    pub(super) drain: bool,
    pub(super) reissue_held: bool,
}

impl ClaimRequest {
    pub(super) fn read(
        workspace: Workspace,
        request: &ClaimExecutionsRequest,
        catalogue: &Catalogue,
    ) -> Result<Self, FieldError> {
        if !(1..=OPERATIONS_MAX).contains(&request.operations.len()) {
            return Err(FieldError::new("operations", format_args!("name 1 to {OPERATIONS_MAX} operations")));
        }
        let performed = |operation: &String| request.operations.contains(operation);
        let lease = request.lease.ok_or_else(|| FieldError::missing("lease"))?;
        let lease_ms = time::ms_from_wire(lease).map_err(|error| error.within("lease"))?;
        if !(LEASE_MIN_MS..=LEASE_MAX_MS).contains(&lease_ms) {
            let description = format_args!("is `{lease_ms}` ms; ask for {LEASE_MIN_MS} to {LEASE_MAX_MS} ms");
            return Err(FieldError::new("lease", description));
        }
        let max_in_flight = u32::try_from(request.max_in_flight).ok().filter(|max| (1..=IN_FLIGHT_MAX).contains(max));
        Ok(Self {
            workspace,
            action_types: catalogue
                .iter()
                .filter(|entry| performed(&entry.operation) && !entry.changes_policy())
                .map(|e| e.name.clone())
                .collect(),
            lease_ms,
            max_in_flight: max_in_flight.ok_or_else(|| {
                FieldError::new(
                    "max_in_flight",
                    format_args!("is `{}`; ask for 1 to {IN_FLIGHT_MAX}", request.max_in_flight),
                )
            })?,
            drain: request.drain,
            reissue_held: request.reissue_held,
        })
    }
}
