use std::fmt;

use super::{Extent, Place, What};

/// The first thing found wrong, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it is.
    pub place: Box<Place>,
    /// What is wrong.
    pub what: Box<What>,
}

impl Finding {
    /// Returns the first index that is, or may be, wrong.
    pub fn first_index(&self) -> u64 {
        self.extents().first().map_or(0, |extent| *extent.entries.start())
    }

    /// Returns the last index that is, or may be, wrong; none when no log can be read at all.
    pub fn last_index(&self) -> Option<u64> {
        self.extents().first().map(|extent| *extent.entries.end())
    }

    /// Returns the workspace whose log is in doubt, the first where several are; none when no log can be read at all.
    pub fn workspace(&self) -> Option<&str> {
        self.extents().first().map(|extent| extent.workspace.as_str())
    }

    /// Returns the entries in doubt, a log each.
    pub fn extents(&self) -> &[Extent] {
        self.place.reach.extents()
    }

    /// Says what to do now.
    pub fn mend(&self) -> &'static str {
        self.what.mend(self.place.cell.file)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.mend())
    }
}

impl std::error::Error for Finding {}
