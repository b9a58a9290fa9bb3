//! How far the content of an entry can be read.

use std::borrow::Cow;

use countersign_api::candidate::v1::{CandidateEvent, WorkspaceEvent};
use countersign_api::r#type::v1::{Principal, PrincipalKind as WireKind};
use ledger_format::{Leaf, PrincipalKind};
use prost::Message;

use super::kind::{CUSTODY_KINDS, KINDS, WORKSPACE_KINDS, kind_of, workspace_kind_of};

/// The content of an entry, as far as this release can read it. What is not known is counted and said, never guessed.
#[derive(Debug)]
pub(in crate::export) enum Reading {
    /// An event of a kind that this release knows, in agreement with its leaf.
    Known(Box<CandidateEvent>),
    /// What happened beside the candidates, of a kind that this release knows, in agreement with its leaf.
    KnownOfWorkspace(Box<WorkspaceEvent>),
    /// An erasure or a legal hold: that it was, on whose word and when stands in the leaf; why is nobody's to count.
    KnownOfCustody,
    /// An entry of a kind that this release does not know: written by a newer one.
    UnknownKind,
    /// The content was destroyed on purpose.
    Erased,
    /// The content is no event, or contradicts its leaf.
    Unreadable,
}

impl Reading {
    /// Reads a content that was checked against its leaf's commitment.
    pub(in crate::export) fn of(leaf: &Leaf<&str>, content: &[u8]) -> Self {
        if WORKSPACE_KINDS.contains(&leaf.kind) {
            return match WorkspaceEvent::decode(content) {
                Ok(event) if agrees_of_workspace(leaf, &event) => Self::KnownOfWorkspace(Box::new(event)),
                Ok(_) | Err(_) => Self::Unreadable,
            };
        }
        if CUSTODY_KINDS.contains(&leaf.kind) {
            return Self::KnownOfCustody;
        }
        if !KINDS.contains(&leaf.kind) {
            return Self::UnknownKind;
        }
        match CandidateEvent::decode(content) {
            Ok(event) if agrees(leaf, &event) => Self::Known(Box::new(event)),
            Ok(_) | Err(_) => Self::Unreadable,
        }
    }

    /// Returns the word for the column.
    pub(super) fn word(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Known(_) | Self::KnownOfWorkspace(_) | Self::KnownOfCustody => "known",
            Self::UnknownKind => "unknown_kind",
            Self::Erased => "erased",
            Self::Unreadable => "unreadable",
        })
    }
}

fn agrees(leaf: &Leaf<&str>, event: &CandidateEvent) -> bool {
    event.event.as_ref().map(kind_of) == Some(leaf.kind)
        && event.candidate == leaf.subject
        && agree(leaf, event.revision, event.actor.as_ref())
}

fn agrees_of_workspace(leaf: &Leaf<&str>, event: &WorkspaceEvent) -> bool {
    event.event.as_ref().map(workspace_kind_of) == Some(leaf.kind)
        && event.subject == leaf.subject
        && agree(leaf, event.revision, event.actor.as_ref())
}

fn agree(leaf: &Leaf<&str>, revision: i64, actor: Option<&Principal>) -> bool {
    u64::try_from(revision) == Ok(leaf.subject_revision)
        && actor.map(Principal::kind) == Some(wire_kind(leaf.principal_kind))
}

const fn wire_kind(kind: PrincipalKind) -> WireKind {
    match kind {
        PrincipalKind::Human => WireKind::Human,
        PrincipalKind::Generator => WireKind::Generator,
        PrincipalKind::Service => WireKind::Service,
    }
}
