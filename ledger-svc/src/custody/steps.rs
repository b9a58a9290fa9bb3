/// How far an erasure is. Between any two of them the process can be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErasureStep {
    /// It is allowed, and nothing is written yet.
    Decided,
    /// Its entry stands and what was sealed is emptied, in one commit; the key is there still.
    Recorded,
    /// The key is gone from its file and that file's WAL.
    KeyDestroyed,
    /// What was emptied is gone from the ledger file's WAL, too.
    Emptied,
}

/// Is told how far an erasure is: whoever wants to see what a crash there would leave.
pub trait ErasureSteps: Send + Sync + std::fmt::Debug {
    /// Hears of a step once it is done, before the next one begins.
    fn reached(&self, step: ErasureStep);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl ErasureSteps for Unwatched {
    fn reached(&self, _: ErasureStep) {}
}
