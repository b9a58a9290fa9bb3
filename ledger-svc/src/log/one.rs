use std::sync::Arc;

use countersign_api::name::Workspace;
use tokio::sync::watch;

use super::{Halt, LogView, Published};

/// One log's name and what its readers wait on.
#[derive(Debug)]
pub struct Log {
    /// The workspace it is of.
    pub workspace: Workspace,
    /// Its name in leaves and checkpoints.
    pub origin: String,
    view: watch::Sender<LogView>,
}

impl Log {
    pub(super) fn new(workspace: Workspace, origin: String, initial: LogView) -> Self {
        Self { workspace, origin, view: watch::Sender::new(initial) }
    }

    /// Returns what is known now.
    pub fn view(&self) -> LogView {
        self.view.borrow().clone()
    }

    /// Returns a receiver that is woken at every change.
    pub fn watch(&self) -> watch::Receiver<LogView> {
        self.view.subscribe()
    }

    /// Returns why the log is halted, when it is.
    pub fn halt(&self) -> Option<Halt> {
        self.view.borrow().halt.clone()
    }

    /// Notes how far the log reaches; L-1: it never gets shorter, and what is told late says nothing new.
    pub(crate) fn set_size(&self, size: u64) {
        self.view.send_if_modified(|view| {
            let is_news = size > view.size;
            view.size = view.size.max(size);
            is_news
        });
    }

    /// Notes an erasure.
    pub(crate) fn note_erasure(&self) {
        self.view.send_modify(|view| view.erasures += 1);
    }

    /// Notes a checkpoint; L-2: a later one never covers less, and what is told late says nothing new.
    pub(crate) fn set_published(&self, published: Arc<Published>) {
        self.view.send_if_modified(|view| {
            let is_news = view.published.is_none() || published.checkpoint.size() > view.signed_size();
            if is_news {
                view.published = Some(published);
            }
            is_news
        });
    }

    /// Puts other signatures under the checkpoint of now.
    pub(crate) fn renew(&self, renewed: Arc<Published>) {
        self.view.send_if_modified(|view| {
            let is_of_now = view.published.as_ref().is_some_and(|now| now.checkpoint == renewed.checkpoint);
            if is_of_now {
                view.published = Some(renewed);
            }
            is_of_now
        });
    }

    /// Keeps the checkpoint of the log without entries, unless another was published meanwhile.
    pub(crate) fn keep_empty(&self, published: Arc<Published>) {
        self.view.send_if_modified(|view| {
            view.published.get_or_insert(published);
            false
        });
    }

    /// Halts the log; the first reason stays.
    pub(crate) fn set_halt(&self, halt: Halt) {
        tracing::error!(workspace = self.workspace.id(), reason = %halt, "a log is halted: no append, no checkpoint");
        self.view.send_modify(|view| {
            view.halt.get_or_insert(halt);
        });
    }

    pub(super) fn set_final(&self) {
        self.view.send_modify(|view| view.is_final = true);
    }
}
