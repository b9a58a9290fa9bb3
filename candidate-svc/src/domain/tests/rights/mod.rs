//! Rights: what the code answers, against a table written apart from it.
//!
//! `oracle` says who may do what in which state, in the words of the table of transitions; `scene` leads a candidate into every state with
//! every relation that a caller can have to it; `act` asks; `differential` compares, and finds no difference.

mod act;
mod differential;
pub(crate) mod oracle;
mod proposing;
mod scene;
