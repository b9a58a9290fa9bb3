//! All action types together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry;
use crate::domain::{ActionType, ActionTypeName};
use crate::keyed_toml::KeyError;

/// The files that come with the program.
const BUILT_IN: [(&str, &str); 7] = [
    ("add_note.toml", include_str!("../../catalogue/add_note.toml")),
    ("assign_owner.toml", include_str!("../../catalogue/assign_owner.toml")),
    CHANGE_POLICY_FILE,
    ("create_task.toml", include_str!("../../catalogue/create_task.toml")),
    ("draft_reply.toml", include_str!("../../catalogue/draft_reply.toml")),
    ("request_information.toml", include_str!("../../catalogue/request_information.toml")),
    ("update_field.toml", include_str!("../../catalogue/update_field.toml")),
];

/// Without this one nobody could change the policy they work under, so every catalogue has it.
const CHANGE_POLICY_FILE: (&str, &str) = ("change_policy.toml", include_str!("../../catalogue/change_policy.toml"));

/// The action catalogue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Catalogue {
    by_name: Arc<BTreeMap<ActionTypeName, ActionType>>,
}

impl Catalogue {
    /// Returns the catalogue that comes with the program.
    ///
    /// # Panics
    ///
    /// Never: a test reads its files.
    pub fn built_in() -> Self {
        Self::from_files(BUILT_IN).expect("the built-in catalogue is well formed")
    }

    /// Makes a catalogue of files, each a name and a text. The one that changes the policy is added where it is missing.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names file, key and reason of the first thing that is wrong.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, KeyError> {
        let read = files.into_iter().map(|(file, text)| {
            let action_type = entry::read(file, text)?;
            Ok((action_type.name.clone(), action_type))
        });
        let mut by_name = read.collect::<Result<BTreeMap<_, _>, KeyError>>()?;
        let (file, text) = CHANGE_POLICY_FILE;
        let change_policy = entry::read(file, text)?;
        by_name.entry(change_policy.name.clone()).or_insert(change_policy);
        Ok(Self { by_name: Arc::new(by_name) })
    }

    /// Returns an action type; none when there is no such.
    pub fn get(&self, name: &ActionTypeName) -> Option<&ActionType> {
        self.by_name.get(name)
    }

    /// Returns all action types, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ActionType> {
        self.by_name.values()
    }
}
