//! The relay: sends events to the ledger and keeps the receipts.
//!
//! One relay per workspace, because each has a log of its own. It reads the oldest events without a receipt, in the order
//! of commits, appends them under their idempotency keys, and has the writer keep the receipts. A batch ends before the
//! next begins, so a candidate's events stand in the ledger in the order in which they happened.
//!
//! Where several processes serve one database, one of them has the turn of a workspace's relay. That only saves work: whoever sends, sends
//! of each candidate what has no receipt, in order and with nothing left out.
//!
//! What a crash leaves: events without a receipt are sent again. Those that the ledger has already get the receipt they
//! had (L-5), so each event stands there exactly once (C-5).

mod append;
mod back_off;
mod meters;
mod run;
mod supervise;

pub(crate) use back_off::BackOff;
pub(crate) use supervise::supervise;
