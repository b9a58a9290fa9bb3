//! How lists are asked for: filters, orders, pages.

pub mod condition;
pub mod count;
pub mod filter;
pub mod order;
pub mod page;
pub mod token;
