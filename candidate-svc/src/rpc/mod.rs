//! The candidate services of the contract, one file an rpc.
//!
//! Each handler parses its request into domain types, hands a job to the store, and shows what it left. Whether the
//! caller's kind and roles may call the rpc at all was settled by the server's access layer; in which workspace, each
//! handler asks; whether on this candidate, the domain judges. Only [`status`] turns errors into refusals.

mod execution;
mod follow;
mod order;
mod parts;
mod policy;
mod proposal;
mod review;
mod standing_approval;
mod status;
mod trigger;
mod until_drained;

pub use execution::ExecutionRpc;
pub use policy::PolicyRpc;
pub use proposal::ProposalRpc;
pub use review::ReviewRpc;
pub use standing_approval::StandingApprovalRpc;
pub use trigger::TriggerRpc;

use parts::{page_of, page_size};

pub(crate) use parts::Parts;
