//! Which list is asked for, in which order, and from where on.

use countersign_api::candidate::v1 as api;
use uuid::Uuid;

use super::{
    condition::{Condition, TimeField},
    filter,
    token::{Binding, TokenInvalid},
};
use crate::domain::Candidate;

/// The most items on one page.
pub const PAGE_MAX_ITEMS: u32 = 1_000;

/// The items on a page whose size nobody asked for.
pub const PAGE_DEFAULT_ITEMS: u32 = 50;

/// A list of candidates: which ones, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which candidates.
    pub condition: Condition,
    /// By which time.
    pub order_by: TimeField,
    /// Latest first.
    pub descending: bool,
}

/// A place in a list: behind the candidate with this time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The time that the list is ordered by, in microseconds since 1970.
    pub at_us: i64,
    /// The candidate's id, which orders equal times.
    pub id: Uuid,
}

/// Says that an order is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no order; write `create_time` or `update_time`, with ` desc` behind it for the latest first")]
pub struct OrderError(String);

impl Listing {
    /// Reads filter and order.
    ///
    /// # Errors
    /// As [`filter::parse`] and [`OrderError`].
    pub fn parse(request: &api::ListCandidatesRequest) -> Result<Self, ListingError> {
        let condition = filter::parse(&request.filter)?;
        let words: Vec<&str> = request.order_by.split_whitespace().collect();
        let (order_by, descending) = match words.as_slice() {
            [] | ["create_time"] => (TimeField::CreateTime, false),
            ["create_time", "desc"] => (TimeField::CreateTime, true),
            ["update_time"] => (TimeField::UpdateTime, false),
            ["update_time", "desc"] => (TimeField::UpdateTime, true),
            _ => return Err(OrderError(request.order_by.chars().take(64).collect()).into()),
        };
        Ok(Self { condition, order_by, descending })
    }

    /// Returns the place behind a candidate of this list.
    pub fn place_of(&self, candidate: &Candidate) -> Place {
        let at = match self.order_by {
            TimeField::CreateTime => candidate.created_at,
            TimeField::UpdateTime => candidate.updated_at,
        };
        Place { at_us: at.as_micros(), id: candidate.name.id }
    }
}

/// Why a list can not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// The filter is none.
    #[error(transparent)]
    Filter(#[from] filter::Error),
    /// The order is none.
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl Place {
    /// Writes the place as a page token.
    pub fn seal(self, binding: &Binding) -> String {
        binding.seal(&[&self.at_us.to_be_bytes()[..], self.id.as_bytes()].concat())
    }

    /// Reads the place of a page token.
    ///
    /// # Errors
    /// [`TokenInvalid`].
    pub fn open(binding: &Binding, token: &str) -> Result<Self, TokenInvalid> {
        let place: [u8; 24] = binding.open(token)?;
        let (at, id) = place.split_first_chunk().ok_or(TokenInvalid)?;
        Ok(Self { at_us: i64::from_be_bytes(*at), id: Uuid::from_slice(id).map_err(|_| TokenInvalid)? })
    }
}

/// Reads a page size; zero asks for the usual one, too much gives the most there is (AIP-158).
///
/// None when it is negative.
pub fn page_size(asked: i32) -> Option<u32> {
    match u32::try_from(asked).ok()? {
        0 => Some(PAGE_DEFAULT_ITEMS),
        size => Some(size.min(PAGE_MAX_ITEMS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_time_with_or_without_desc() {
        let of = |order_by: &str| {
            let request = api::ListCandidatesRequest { order_by: order_by.into(), ..Default::default() };
            Listing::parse(&request).map(|listing| (listing.order_by, listing.descending))
        };
        assert_eq!(of(""), Ok((TimeField::CreateTime, false)));
        assert_eq!(of(" update_time  desc "), Ok((TimeField::UpdateTime, true)));
        for order in ["desc", "create_time asc", "create_time, update_time", "snapshot"] {
            assert!(matches!(of(order), Err(ListingError::Order(_))), "{order}");
        }
    }

    #[test]
    fn a_place_comes_back_out_of_its_token() {
        let binding = Binding::new("ListCandidates", &["workspaces/demo"]);
        let place = Place { at_us: -7, id: Uuid::from_u128(9) };
        assert_eq!(Place::open(&binding, &place.seal(&binding)), Ok(place));
    }

    #[test]
    fn a_page_size_is_bounded() {
        let sizes = [-1, 0, 1, 999, 1_000, 1_001].map(page_size);
        assert_eq!(sizes, [None, Some(50), Some(1), Some(999), Some(1_000), Some(1_000)]);
    }
}
