//! Counts of candidates.

/// The most values of a field that are counted apart.
pub const VALUES_MAX: u32 = 100;

/// How many candidates there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// In all.
    pub total: i64,
    /// By each field that was asked for, in that order.
    pub by_field: Vec<FieldCount>,
}

/// How many candidates have which value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCount {
    /// The most frequent values, each with its count.
    pub values: Vec<(String, i64)>,
    /// How many have another.
    pub others: i64,
}
