//! What a person or a program gets to read: data on standard output, talk on standard error.

mod console;
mod count;
pub mod message_json;
mod mixed_script;
mod moment;
mod progress;
mod question;
mod table;
mod visible;

pub use console::Console;
pub use count::counted;
pub use moment::{moment, moment_or};
pub use progress::{Progress, count_bar, step};
pub use question::{Answer, ask};
pub use table::{facts, table};
pub use visible::visible;
