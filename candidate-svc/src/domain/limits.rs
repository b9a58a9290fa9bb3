//! How much of everything a candidate may hold. Each is tested at one below, at, and one above.

/// Most bytes of a context summary.
pub const CONTEXT_SUMMARY_MAX_BYTES: usize = 4 * 1024;
/// Most bytes of a proposal's reason.
pub const REASON_MAX_BYTES: usize = 4 * 1024;
/// Most pieces of evidence on one candidate.
pub const EVIDENCE_MAX_ITEMS: usize = 32;
/// Most bytes of an evidence title.
pub const EVIDENCE_TITLE_MAX_BYTES: usize = 256;
/// Most bytes of an evidence summary.
pub const EVIDENCE_SUMMARY_MAX_BYTES: usize = 4 * 1024;
/// Most fields named by one piece of evidence.
pub const EVIDENCE_MAX_FIELDS: usize = 64;
/// Most values that a trigger keeps.
pub const TRIGGER_MAX_FIELDS: usize = 64;
/// Most bytes of one value of a source or evidence field.
pub const FIELD_VALUE_MAX_BYTES: usize = 4 * 1024;
/// Most known unknowns, and most missing fields.
pub const LIST_MAX_ITEMS: usize = 64;
/// Most bytes of one known unknown or missing field.
pub const LIST_ITEM_MAX_BYTES: usize = 1024;
/// Most bytes of a name in another system: a system, type, id, field or program.
pub const NAME_MAX_BYTES: usize = 256;
/// Most bytes of a link.
pub const LINK_MAX_BYTES: usize = 2 * 1024;
/// Most bytes of a note, a question or a reason in a person's words.
pub const NOTE_MAX_BYTES: usize = 4 * 1024;
/// Most bytes of a failure's or loss's message, and of a confidence's note.
pub const MESSAGE_MAX_BYTES: usize = 1024;
/// Most bytes of a dedup key.
pub const DEDUP_KEY_MAX_BYTES: usize = 256;
/// Most evidence kinds in one question.
pub const QUESTION_MAX_KINDS: usize = 16;
/// Most external references in one result.
pub const RESULT_MAX_REFERENCES: usize = 32;
/// Most changed fields in one result.
pub const RESULT_MAX_CHANGES: usize = 64;
/// Most operations in one JSON Patch.
pub const PATCH_MAX_OPERATIONS: usize = 256;
/// Most bytes of a JSON Patch.
pub const PATCH_MAX_BYTES: usize = 64 * 1024;
/// Shortest lease.
pub const LEASE_MIN_MS: u64 = 1_000;
/// Longest lease.
pub const LEASE_MAX_MS: u64 = 15 * 60 * 1_000;
/// Most attempts under one approval; after the last one a person decides.
pub const ATTEMPTS_MAX_PER_APPROVAL: u32 = 8;

/// Longest delegation.
pub const DELEGATION_MAX_SECS: u64 = 90 * 24 * 60 * 60;
/// Most people whose turn passes to the same person at a time.
pub const DELEGATORS_MAX: usize = 16;

/// The most conflicting candidates that an approval names.
pub const CONFLICTS_MAX: usize = 32;
/// Most bytes of the beginning of a record that a standing approval is for.
pub const RECORD_PREFIX_MAX_BYTES: usize = 512;
/// Most candidates that a standing approval approves.
pub const STANDING_APPROVAL_MAX_USES: u32 = statistics::STANDING_USES_MAX;
/// How long a standing approval lasts at most.
pub const STANDING_APPROVAL_MAX_SECS: u64 = 90 * 24 * 60 * 60;
/// Of every 1,000 candidates under a standing approval, the fewest that go to a person all the same.
pub const AUDIT_MIN_PER_MILLE: u32 = 10;
/// Of every 1,000 candidates under a standing approval, the most that go to a person all the same.
pub const AUDIT_MAX_PER_MILLE: u32 = 1_000;
/// Most candidates under one standing approval that were drawn for its audit sample and wait undecided; beyond it everything under it goes
/// to a person.
pub const AUDITS_WAITING_MAX: u32 = 16;
/// Most standing approvals in force in one workspace.
pub const STANDING_APPROVALS_MAX: usize = 100;
