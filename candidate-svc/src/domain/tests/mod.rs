//! Stories of the domain, one file a chapter.

#![expect(clippy::wildcard_enum_match_arm, reason = "a story names the one case that it tells of")]
#![expect(clippy::needless_pass_by_value, reason = "a command is given once")]
#![expect(clippy::struct_excessive_bools, reason = "scene and witness are lists of independent facts")]

mod approving;
mod audit_debt;
pub(crate) mod cast;
mod delegating;
mod doorkeeper;
mod editing;
mod entitlement;
mod erasing;
mod escalating;
mod evidence;
mod executing;
mod expiring;
mod granting;
pub(crate) mod histories;
mod holding;
mod limits;
mod looks;
mod matrix;
mod proposing;
mod refusing;
pub(crate) mod rights;
mod rows;
mod settling;
pub(crate) mod standing;
pub(crate) mod story;
mod witness;
