//! Judges candidates by a policy.

use std::sync::Arc;

use ledger_format::Hash;

use super::{Approvers, PolicySource, check, file, file::Said, rule::Rule};
use crate::catalogue::Catalogue;
use crate::domain::{PolicyCase, PolicyVerdict, ReviewPath, ReviewPolicy, RiskTier};
use crate::keyed_toml::KeyError;

/// A review policy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    text: Arc<str>,
    base: Arc<PolicyVerdict>,
    rules: Arc<[Rule]>,
    harm_at_most_per_mille: Option<u32>,
}

impl Policy {
    /// Returns the policy that comes with the program.
    ///
    /// # Panics
    ///
    /// Never: a test reads its file.
    pub fn built_in() -> Self {
        let source = PolicySource::BuiltIn;
        Self::read(source.name(), source.text()).expect("the built-in policy is well formed")
    }

    /// Reads a policy. `file` is what errors call it; the digest is that of `text`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names file, key and reason of the first thing that is wrong.
    pub fn read(file: &str, text: &str) -> Result<Self, KeyError> {
        let Said { base, rules, harm_at_most_per_mille } = file::read(file, text)?;
        Ok(Self { text: text.into(), base: Arc::new(base), rules: rules.into(), harm_at_most_per_mille })
    }

    /// Reads a policy, as [`Policy::read`] does, and checks it, as [`Policy::check`] does.
    ///
    /// # Errors
    ///
    /// Those of both.
    pub fn read_checked(
        file: &str,
        text: &str,
        catalogue: &Catalogue,
        approvers: &Approvers,
    ) -> Result<Self, KeyError> {
        let policy = Self::read(file, text)?;
        policy.check(file, catalogue, approvers)?;
        Ok(policy)
    }

    /// Checks it against the action types that there are and the roles that may approve. `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the first rule that never has an effect, the role that may not approve, or the demands that cannot stand together.
    pub fn check(&self, file: &str, catalogue: &Catalogue, approvers: &Approvers) -> Result<(), KeyError> {
        check::check(file, &self.base, &self.rules, catalogue, approvers)
    }

    /// Returns its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many of 1,000 candidates may turn out harmful where lighter review is suggested; none where nothing may be suggested.
    pub const fn harm_at_most_per_mille(&self) -> Option<u32> {
        self.harm_at_most_per_mille
    }

    /// Returns SHA-256 of the policy's text.
    pub fn digest(&self) -> Hash {
        self.base.policy_digest
    }
}

/// What is of high risk is always decided by a person, singly and explicitly, whatever a file says.
fn always_strict(verdict: &mut PolicyVerdict) {
    if verdict.path != ReviewPath::Strict || verdict.bulk_allowed {
        verdict.path = ReviewPath::Strict;
        verdict.bulk_allowed = false;
        verdict.reasons.push("what is of high risk is decided singly".to_owned());
    }
}

impl ReviewPolicy for Policy {
    fn judge(&self, case: PolicyCase<'_>) -> PolicyVerdict {
        let mut verdict = PolicyVerdict::clone(&self.base);
        for rule in self.rules.iter().filter(|rule| rule.when.is_met(case)) {
            rule.apply(&mut verdict);
        }
        if case.risk.tier == RiskTier::High {
            always_strict(&mut verdict);
        }
        verdict
    }
}
