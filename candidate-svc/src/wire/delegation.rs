//! Delegations.

use countersign_api::{candidate::v1 as api, name::DelegationName};

use super::{FieldError, field, time};
use crate::domain::{Delegate, Delegation};

/// Writes a delegation as the contract has it, with the end that it has now.
pub fn to_wire(delegation: &Delegation) -> api::Delegation {
    api::Delegation {
        name: delegation.name.to_string(),
        delegator: delegation.delegator.to_string(),
        delegate: delegation.delegate.to_string(),
        start_time: Some(time::to_wire(delegation.starts_at)),
        end_time: Some(time::to_wire(delegation.until())),
        note: delegation.note.clone(),
        created_by: delegation.created_by.to_string(),
        create_time: Some(time::to_wire(delegation.created_at)),
    }
}

/// Reads what is to be delegated, under the name that it gets.
///
/// # Errors
/// Names the field that is not of its form.
pub fn delegate_from_wire(request: api::DelegateReviewsRequest, name: DelegationName) -> Result<Delegate, FieldError> {
    Ok(Delegate {
        name,
        delegator: field::parsed_unless_empty("delegator", &request.delegator)?,
        delegate: field::parsed("delegate", &request.delegate)?,
        starts_at: field::optional("start_time", request.start_time, time::from_wire)?,
        ends_at: field::required("end_time", request.end_time, time::from_wire)?,
        note: request.note,
    })
}
