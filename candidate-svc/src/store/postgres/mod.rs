//! The store in a PostgreSQL database that several processes share; this module and `sqlite/` alone hold SQL.
//!
//! Each process has a writer of its own that commits what waits. What keeps two of them from both saying yes:
//!
//! 1. **Workspaces.** A batch locks each of its workspaces until its commit (`pg_advisory_xact_lock`), in the order of their names. Most
//!    batches share that lock. What is judged by more of a workspace than a row or a key locks it alone: standing approvals given, taken
//!    back or used, a policy put in force, delegations, erasures. So the policy in force is read once a batch and holds to its commit.
//! 2. **Keys.** Whoever proposes under a dedup key locks that key, and whoever approves locks the field that would change. These are locks
//!    on what may have no row yet, which no row lock holds. They are no unique indexes, because two candidates may have both: a candidate
//!    that comes to be open again, beside the one that was proposed meanwhile; two approvals of which the second acknowledged the first.
//! 3. **Rows.** Candidates that are decided on are read `FOR UPDATE`, in the order of their ids, and written only from the revision that was
//!    read; then standing approvals that they came under.
//! 4. **Uniqueness.** A request, a trigger's source and a policy revision are unique: of two that write the same, one commits, and the other
//!    throws its batch away and decides anew on what stands then.
//!
//! Every statement sees what was committed before it began (`READ COMMITTED`), so what is read after a lock is what the lock keeps. Locks
//! are taken in the order above, by everybody: two batches never wait for each other; were it to happen all the same, the server ends one of
//! them, which decides anew.
//!
//! **An answer to a commit that is lost.** Each batch has a number, which its transaction writes into its process's row of `writers`. Whoever
//! does not know whether a commit stands locks that row, which waits for the end of a transaction that is still under way, and reads.
//! Nothing is sent again before that.

mod bindings;
pub(super) mod candidates;
pub(super) mod census;
pub(super) mod claimable;
mod database;
pub(super) mod delegations;
pub(super) mod due;
pub(super) mod erasures;
pub(super) mod events;
mod find;
mod follow;
pub(super) mod kin;
mod leases;
mod likenesses;
pub(super) mod listing;
mod load;
mod locks;
mod marks;
mod notice;
pub(super) mod outbox;
pub(super) mod policies;
mod requests;
pub(super) mod standing_approvals;
mod team_turns;
pub(super) mod triggers;
mod verdict;
pub(super) mod workspaces;
mod write;
mod writer;

pub(super) use bindings::hold;
pub(super) use database::{migrations, open};
pub(super) use follow::Follower;
pub(super) use leases::Leases;
pub(super) use marks::{WriterId, enter};
pub(super) use writer::PostgresWriter;

/// Returns a column of rows, as a statement takes them at once.
fn column<'r, R: 'r, T>(rows: impl IntoIterator<Item = &'r R>, read: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.into_iter().map(read).collect()
}
