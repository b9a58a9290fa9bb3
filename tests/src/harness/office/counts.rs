/// What answers were lost, and what became of them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Calls that ended without an answer, each sent again until there was one.
    pub lost: usize,
    /// Of those, proposals and entries that stood all the same: their answer said so when they were sent again.
    pub stood: usize,
    /// Streams of permits, entries and events that were cut and taken up again.
    pub streams: usize,
}
