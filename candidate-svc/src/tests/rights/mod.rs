//! Rights through the services: the table that the domain is held against, asked over the wire.

mod asking;
mod executing;
mod sample;
mod setting;
mod together;
