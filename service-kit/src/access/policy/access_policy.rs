use std::{
    collections::BTreeSet,
    fmt, fs, io,
    sync::{Arc, LazyLock},
};

use countersign_api::name::Workspace;

use super::{Refusal, ceiling, error::Error, question::Question, remembered::Remembered, rules::Rules};
use crate::{
    access::{Principal, Role, Rpc},
    data_dir::DataDir,
};

const SHIPPED_FILE: &str = "service-kit/policy/access.cedar";
const SHIPPED: &str = include_str!("../../../policy/access.cedar");

/// The access policy in force; clones share it and its memory.
#[derive(Clone)]
pub struct AccessPolicy {
    rules: Arc<Rules>,
    remembered: Arc<Remembered>,
}

impl AccessPolicy {
    /// Returns the policy that comes with the program.
    ///
    /// # Panics
    /// When the shipped file does not fit the schema beside it.
    pub fn shipped() -> Self {
        static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| match Rules::compile(SHIPPED_FILE, SHIPPED) {
            Ok(rules) => Arc::new(rules),
            Err(error) => panic!("the shipped access policy is sound: {error}"),
        });
        Self::over(Arc::clone(&RULES))
    }

    /// Reads a policy from the text of a file; `file` is its name, for errors.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn read(file: &str, text: &str) -> Result<Self, Error> {
        Ok(Self::over(Arc::new(Rules::compile(file, text)?)))
    }

    /// Reads `access.cedar` from the data folder; where there is none, the shipped policy is in force.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn in_force(data_dir: &DataDir) -> Result<Self, Error> {
        let path = data_dir.access_policy();
        let file = path.display().to_string();
        match fs::read_to_string(&path) {
            Ok(text) => {
                let policy = Self::read(&file, &text)?;
                tracing::info!(file, "the access policy of the data folder is in force");
                Ok(policy)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::shipped()),
            Err(source) => Err(Error::Unreadable { file, source }),
        }
    }

    /// Answers whether a principal may call an rpc: in this workspace, or, as long as it is not known which one the call is
    /// about, in the workspaces of its token.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn decide(
        &self,
        principal: &Arc<Principal>,
        rpc: Rpc,
        workspace: Option<&Workspace>,
    ) -> Result<(), Arc<Refusal>> {
        if ceiling::refuses(principal.kind(), rpc) {
            return Err(Arc::new(Refusal::ForPeopleAlone));
        }
        if workspace.is_some_and(|workspace| !principal.scope().reaches(workspace)) {
            return Err(Arc::new(Refusal::OutOfReach));
        }
        let question = Question::new(Arc::clone(principal), rpc, workspace);
        self.remembered.answer(question, |question| self.rules.answer(question))
    }

    /// Returns the roles each of which alone lets some person call an rpc, in some workspace of their token.
    pub fn roles_of_people_who_may(&self, rpc: Rpc) -> BTreeSet<Role> {
        self.rules.roles_of_people_who_may(rpc)
    }

    /// Answers by the file alone, without what the program checks before it.
    #[cfg(test)]
    pub(super) fn decide_by_file(&self, principal: &Arc<Principal>, rpc: Rpc, workspace: &Workspace) -> bool {
        self.rules.answer(&Question::new(Arc::clone(principal), rpc, Some(workspace))).is_ok()
    }

    fn over(rules: Arc<Rules>) -> Self {
        Self { rules, remembered: Arc::default() }
    }
}

impl Default for AccessPolicy {
    fn default() -> Self {
        Self::shipped()
    }
}

impl fmt::Debug for AccessPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessPolicy").finish_non_exhaustive()
    }
}
