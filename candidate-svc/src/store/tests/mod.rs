//! The store by itself: random histories, damage from outside, the schema's own rules.

mod asked_again;
mod damage;
mod erasing;
mod histories;
mod listing;
mod policies;
mod schema;
mod shelf;
