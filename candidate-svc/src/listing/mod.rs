//! How lists are asked for: filters, orders, pages.

pub mod condition;
pub mod filter;
pub mod page;
pub mod token;
