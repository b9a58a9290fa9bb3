//! Which roles the access policy lets approve: a review policy that asks for another would wait for nobody.

use std::{collections::BTreeSet, sync::Arc};

use service_kit::access::{AccessPolicy, Role, Rpc};

/// The roles that let a person approve. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvers(Arc<BTreeSet<Role>>);

impl Approvers {
    /// Asks an access policy which roles may approve.
    ///
    /// # Panics
    ///
    /// Never: a test finds the rpc in the contract.
    pub fn under(access: &AccessPolicy) -> Self {
        let approve = Rpc::at("/countersign.candidate.v1.ReviewService/ApproveCandidate");
        Self(Arc::new(access.roles_of_people_who_may(approve.expect("the rpc is in the contract"))))
    }

    /// Returns the first of these roles that may not approve.
    pub(super) fn first_shut_out(&self, roles: &[Role]) -> Option<Role> {
        roles.iter().copied().find(|role| !self.0.contains(role))
    }

    /// Returns the names of those that may, for people.
    pub(super) fn listed(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|role| format!("`{role}`")).collect();
        names.join(", ")
    }
}
