//! The executor: acts on approved and recorded candidates, and on nothing else.
//!
//! **Promises.** A connector is called only with the very bytes that a person approved, after that approval was found in
//! the log under a checkpoint signed by the pinned key, and after that checkpoint was found to continue every earlier one
//! seen here (C-1, C-2). One permit leads to at most one call of this process (C-3). What cannot be told is reported as
//! unknown and repeated only where both catalogue and connector declare that safe (C-4). Every permit is reported on.
//!
//! **Left out on purpose.** Asking a server whether a permit is fine: whoever hands out permits is who must not be trusted.
//! Parsing payloads, which is each connector's own business, after verification. Binding the *name* of the operation:
//! the approved digest covers the payload alone, so connectors act by what the payload says and refuse one that is not of
//! their operation's shape; they never read the permit's target.
//!
//! **How a permit flows.** `claim` reads it from the stream and takes it in hand once (`held`); `permit` reads its parts;
//! `verify` checks them with `ledger-format` and has `growth` prove that the log only grew since the last checkpoint, which
//! `store` remembers before anything is called; whatever does not hold is a `doubt`. `work` brings it to its end: `act` makes
//! sure of the `lease` and makes the one call through a [`connector`], `outcome` says how that ended, and `report` repeats it
//! until it is answered. Who acts elsewhere than in this process, through no connector, has [`PermitCheck`]: the same
//! verification, and nothing behind it.

mod act;
mod ahead;
mod answer;
mod app;
mod backoff;
mod claim;
mod config;
pub mod connector;
mod deadline;
mod doubt;
mod growth;
mod held;
mod lease;
mod meters;
mod outcome;
mod permit;
mod permit_check;
mod report;
mod store;
mod tally;
mod verify;
mod work;

pub use act::BEGIN_IN_DRAIN_MAX;
pub use app::{App, BuildError};
pub use claim::RunError;
pub use config::{Config, ConfigError, IN_FLIGHT_MAX, LEASE_MAX, LEASE_MIN};
pub use growth::MemoryError;
pub use permit_check::{PermitCheck, PermitCheckConfig, Unverified};
pub use store::Error as StoreError;
pub use tally::Tally;
