//! PostgreSQL clusters for tests.
//!
//! A cluster lives in a temporary folder, listens on a Unix socket in it and on no port, and never runs as root. [`Database::new`] gives
//! a test a database of its own on a cluster that all tests of a run share; [`Cluster::start`] gives it a whole server, to be stopped,
//! killed or misconfigured, with a standby ([`Cluster::standby`]), with TLS ([`Certificate`]), or on a disk that is soon full ([`SmallDisk`]). What must not be on the same server as something else gets a database of [`Database::on_second_server`].
//!
//! # The shared cluster
//!
//! Where `COUNTERSIGN_TEST_POSTGRES_URL` names one (`throwaway-postgres run` sets it for what it runs), that is used. Otherwise the
//! first process that needs one starts it, under a lock, for all processes of this user; each holds a shared lock as long as it lives.
//! A watcher ends the server, by its own id, once nobody has held that lock for a while: whatever way the tests ended.
//!
//! # What it leaves out on purpose
//!
//! Tables and data: it knows nothing of the project. What a missing PostgreSQL means: it panics and says how to install it, since a
//! test that is skipped has not passed.

mod account;
mod cluster;
mod database;
mod programs;
mod shared;
mod small_disk;
mod standby;
mod tls;

pub use cluster::{Cluster, Setup};
pub use database::Database;
pub use shared::{SECOND_URL_VARIABLE, URL_VARIABLE};
pub use small_disk::SmallDisk;
pub use tls::{Authority, Certificate};
