//! The store by itself: random histories, damage from outside, the schema's own rules.

mod asked_again;
mod damage;
mod damage_on_postgres;
mod erasing;
mod erasing_on_postgres;
mod histories;
mod judged;
mod listing;
mod policies;
mod processes;
mod schema;
mod schema_on_postgres;
mod shelf;
