//! Which list is asked for, in which order, and from where on.

use uuid::Uuid;

use super::{
    condition::Condition,
    filter,
    order::{ListOrder, rank_of, tier_of},
    token::{Binding, TokenInvalid},
};
use crate::domain::{Candidate, Moment, RiskTier};

/// The most items on one page.
pub const PAGE_MAX_ITEMS: u32 = 1_000;

/// The items on a page whose size nobody asked for.
pub const PAGE_DEFAULT_ITEMS: u32 = 50;

/// A list of candidates: which ones, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which candidates.
    pub condition: Condition,
    /// By what.
    pub order_by: ListOrder,
    /// Latest, or highest risk, first.
    pub descending: bool,
}

/// A place in a list: behind the candidate with this tier, time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The tier, where the list is ordered by risk.
    pub tier: Option<RiskTier>,
    /// The time that the list is ordered by, in microseconds since 1970.
    pub at_us: i64,
    /// The candidate's id, which orders equal times.
    pub id: Uuid,
}

/// Says that an order is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no order; write `create_time`, `update_time`, `due_time` or `risk`, with ` desc` behind it for the latest or highest first"
)]
pub struct OrderError(String);

impl Listing {
    /// Reads filter and order. Ages in the filter count back from `now`.
    ///
    /// # Errors
    /// As [`filter::parse`] and [`OrderError`].
    pub fn parse(filter: &str, order_by: &str, now: Moment) -> Result<Self, ListingError> {
        let condition = filter::parse(filter, now)?;
        let error = || OrderError(order_by.chars().take(64).collect());
        let words: Vec<&str> = order_by.split_whitespace().collect();
        let (field, descending) = match words.as_slice() {
            [] => ("create_time", false),
            [field] => (*field, false),
            [field, "desc"] => (*field, true),
            _ => return Err(error().into()),
        };
        let order_by = match field {
            "create_time" => ListOrder::CreateTime,
            "update_time" => ListOrder::UpdateTime,
            "due_time" => ListOrder::DueTime,
            "risk" => ListOrder::Risk,
            _ => return Err(error().into()),
        };
        Ok(Self { condition, order_by, descending })
    }

    /// Returns the place behind a candidate of this list.
    pub fn place_of(&self, candidate: &Candidate) -> Place {
        let tier = (self.order_by == ListOrder::Risk).then_some(candidate.risk.tier);
        Place { tier, at_us: self.order_by.time_us(candidate), id: candidate.name.id }
    }

    /// Cuts the list into the parts that each stand in one order of times, from a place on: by risk a tier each, else one.
    pub fn stretches<'a>(&self, after: Option<&'a Place>) -> Vec<(Vec<RiskTier>, Option<&'a Place>)> {
        let mut tiers = self.condition.tiers();
        if tiers.is_empty() {
            return Vec::new();
        }
        if self.order_by != ListOrder::Risk {
            return vec![(tiers, after)];
        }
        if self.descending {
            tiers.reverse();
        }
        let begun = after.and_then(|place| place.tier);
        let is_behind =
            |tier: &RiskTier| begun.is_some_and(|begun| if self.descending { *tier > begun } else { *tier < begun });
        let left = tiers.into_iter().filter(|tier| !is_behind(tier));
        left.map(|tier| (vec![tier], after.filter(|_| begun == Some(tier)))).collect()
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
        let rank = self.tier.map_or(0, rank_of);
        binding.seal(&[&[rank], &self.at_us.to_be_bytes()[..], self.id.as_bytes()].concat())
    }

    /// Reads the place of a page token.
    ///
    /// # Errors
    /// [`TokenInvalid`].
    pub fn open(binding: &Binding, token: &str) -> Result<Self, TokenInvalid> {
        let [rank, place @ ..]: [u8; 25] = binding.open(token)?;
        let (at, id) = place.split_first_chunk().ok_or(TokenInvalid)?;
        let tier = if rank == 0 { None } else { Some(tier_of(rank).ok_or(TokenInvalid)?) };
        Ok(Self { tier, at_us: i64::from_be_bytes(*at), id: Uuid::from_slice(id).map_err(|_| TokenInvalid)? })
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
    use jiff::Timestamp;
    use service_kit::{access::Pseudonyms, ids::SeededIds};

    use super::*;

    #[test]
    fn an_order_is_a_field_with_or_without_desc() {
        let of = |order_by: &str| {
            let listing = Listing::parse("", order_by, Moment::from(Timestamp::UNIX_EPOCH));
            listing.map(|listing| (listing.order_by, listing.descending))
        };
        assert_eq!(of(""), Ok((ListOrder::CreateTime, false)));
        assert_eq!(of(" update_time  desc "), Ok((ListOrder::UpdateTime, true)));
        assert_eq!(of("due_time"), Ok((ListOrder::DueTime, false)));
        assert_eq!(of("risk desc"), Ok((ListOrder::Risk, true)));
        for order in ["desc", "create_time asc", "create_time, update_time", "snapshot", "risk desc desc"] {
            assert!(matches!(of(order), Err(ListingError::Order(_))), "{order}");
        }
    }

    #[test]
    fn a_place_comes_back_out_of_its_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Pseudonyms::open(&folder.path().join("key"), &SeededIds::new(7)).expect("a key");
        let binding = Binding::new(&key.seals(), "ListCandidates", &["workspaces/demo"]);
        for tier in [None, Some(RiskTier::Low), Some(RiskTier::High)] {
            let place = Place { tier, at_us: -7, id: Uuid::from_u128(9) };
            assert_eq!(Place::open(&binding, &place.seal(&binding)), Ok(place));
        }
        // A rank that no tier has is nobody's token, even well sealed.
        assert_eq!(Place::open(&binding, &binding.seal(&[[4; 1].as_slice(), &[0; 24]].concat())), Err(TokenInvalid));
    }

    #[test]
    fn a_page_size_is_bounded() {
        let sizes = [-1, 0, 1, 999, 1_000, 1_001].map(page_size);
        assert_eq!(sizes, [None, Some(50), Some(1), Some(999), Some(1_000), Some(1_000)]);
    }
}
