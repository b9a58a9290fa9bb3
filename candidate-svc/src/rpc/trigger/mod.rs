//! `TriggerService`: where event sources leave what happened.

mod get_trigger;
mod list_triggers;
mod place;
mod record_trigger;
mod service;
mod stream_triggers;

pub use service::TriggerRpc;
