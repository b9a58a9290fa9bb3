//! Asks every rule of a file on its own, and all together, about every question there can be.
//!
//! What a rule looks at is finite: kinds, sets of roles, rpcs, tokens of one workspace and of all, the own workspace and another, and
//! the few people, machines and workspaces that the file names. So a rule that says nothing, and rules that shut everybody out, are
//! found before they judge anybody. Role sets come in the order of their size, and the trial ends as soon as every rule has shown an
//! effect: a sound file costs a few hundred questions.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{AuthorizationError, Authorizer, Effect, Entities, Policy, PolicyId, PolicySet};

use super::{
    asked::{entities_of, request_of},
    ceiling,
    error::{Error, Place},
    question::Question,
    questions::Questions,
};
use crate::access::{PrincipalKind, Role};

/// Refuses a file with a rule without effect, and one under which nobody, or no admin, could do anything.
pub(super) fn run(file: &str, text: &str, rules: &PolicySet) -> Result<(), Error> {
    let mut trial = Trial::of(rules);
    trial.ask_all(&Questions::about(rules));
    trial.judge(file, text, rules)
}

struct Trial {
    permits: PolicySet,
    forbids: PolicySet,
    seen: BTreeMap<PolicyId, Seen>,
    somebody_may: bool,
    an_admin_may: bool,
    /// What forbade an admin something that a rule permits.
    against_admins: BTreeSet<String>,
}

/// What one rule has shown so far.
struct Seen {
    effect: Effect,
    /// It applies to something that a file can decide.
    applies: bool,
    /// It applies to something that is decided before the file is asked.
    applies_beyond: bool,
    /// It is a permit that no `forbid` overrode once.
    permits: bool,
    overridden_by: BTreeSet<String>,
    failure: Option<String>,
}

impl Trial {
    fn of(rules: &PolicySet) -> Self {
        let only = |effect: Effect| {
            PolicySet::from_policies(rules.policies().filter(|rule| rule.effect() == effect).cloned())
                .expect("the rules had distinct ids together")
        };
        let seen = |rule: &Policy| {
            let (applies, applies_beyond, permits) = (false, false, false);
            let (overridden_by, failure) = (BTreeSet::new(), None);
            Seen { effect: rule.effect(), applies, applies_beyond, permits, overridden_by, failure }
        };
        Self {
            permits: only(Effect::Permit),
            forbids: only(Effect::Forbid),
            seen: rules.policies().map(|rule| (rule.id().clone(), seen(rule))).collect(),
            somebody_may: false,
            an_admin_may: false,
            against_admins: BTreeSet::new(),
        }
    }

    fn ask_all(&mut self, questions: &Questions) {
        for principal in questions.principals() {
            let Some(entities) = entities_of(&principal) else { continue };
            for question in questions.of(&principal) {
                self.ask(&question, &entities);
                if self.is_settled() {
                    return;
                }
            }
        }
    }

    /// Asks one question of the permits and of the `forbid`s apart, so that each answer names all that apply.
    fn ask(&mut self, question: &Question, entities: &Entities) {
        let Some(request) = request_of(question) else { return };
        let mut applying = |rules: &PolicySet| -> Vec<PolicyId> {
            let response = Authorizer::new().is_authorized(&request, rules, entities);
            for error in response.diagnostics().errors() {
                let AuthorizationError::PolicyEvaluationError(error) = error;
                if let Some(seen) = self.seen.get_mut(error.policy_id()) {
                    seen.failure.get_or_insert_with(|| error.inner().to_string());
                }
            }
            response.diagnostics().reason().cloned().collect()
        };
        let (permitting, forbidding) = (applying(&self.permits), applying(&self.forbids));
        let principal = &question.principal;
        let is_decided_here = question.is_in_reach() && !ceiling::refuses(principal.kind(), question.rpc);
        let is_admin = principal.kind() == PrincipalKind::Human && principal.roles().iter().eq([&Role::Admin]);
        for id in permitting.iter().chain(&forbidding) {
            let Some(seen) = self.seen.get_mut(id) else { continue };
            seen.applies |= is_decided_here;
            seen.applies_beyond |= !is_decided_here;
            if is_decided_here && seen.effect == Effect::Permit {
                seen.permits |= forbidding.is_empty();
                seen.overridden_by.extend(forbidding.iter().map(PolicyId::to_string));
            }
        }
        if is_decided_here && !permitting.is_empty() {
            self.somebody_may |= forbidding.is_empty();
            self.an_admin_may |= is_admin && forbidding.is_empty();
            if is_admin {
                self.against_admins.extend(forbidding.iter().map(PolicyId::to_string));
            }
        }
    }

    fn is_settled(&self) -> bool {
        self.an_admin_may && self.seen.values().all(Seen::has_effect)
    }

    fn judge(&self, file: &str, text: &str, rules: &PolicySet) -> Result<(), Error> {
        let without_effect = |reason: fn(&Seen) -> Option<String>| {
            rules.policies().find_map(|rule| {
                let reason = reason(self.seen.get(rule.id())?)?;
                let place = Place { line: line_of(rule, text), rule: Some(rule.id().to_string()) };
                Some(Error::WithoutEffect { file: file.to_owned(), place, reason })
            })
        };
        let shut_out = |who: &'static str, by: &BTreeSet<String>| {
            let reason = if by.is_empty() {
                "no rule permits them anything that none forbids".to_owned()
            } else {
                format!("whatever a rule permits them, {} forbids", listed(by))
            };
            Some(Error::ShutOut { file: file.to_owned(), who, reason })
        };
        let against_all =
            || self.seen.values().flat_map(|seen| &seen.overridden_by).cloned().collect::<BTreeSet<String>>();
        let found = without_effect(Seen::never_applies)
            .or_else(|| if self.somebody_may { None } else { shut_out("nobody", &against_all()) })
            .or_else(|| if self.an_admin_may { None } else { shut_out("no admin", &self.against_admins) })
            .or_else(|| without_effect(Seen::always_overridden));
        found.map_or(Ok(()), Err)
    }
}

impl Seen {
    /// A `forbid` may say once more what the program checks before any file; a permit there would be a promise that nothing keeps.
    const fn has_effect(&self) -> bool {
        match self.effect {
            Effect::Permit => self.permits,
            Effect::Forbid => self.applies || self.applies_beyond,
        }
    }

    fn never_applies(&self) -> Option<String> {
        if self.applies || (self.effect == Effect::Forbid && self.applies_beyond) {
            return None;
        }
        Some(match &self.failure {
            Some(failure) => format!("it can not be evaluated: {failure}"),
            None if self.applies_beyond => {
                "it permits only what no file can: what people alone do, or another workspace than the token's"
                    .to_owned()
            }
            None => "it applies to no caller of any roles, rpc and workspace".to_owned(),
        })
    }

    fn always_overridden(&self) -> Option<String> {
        let is_idle = self.effect == Effect::Permit && !self.permits;
        is_idle.then(|| format!("whatever it permits, {} forbids", listed(&self.overridden_by)))
    }
}

fn listed(rules: &BTreeSet<String>) -> String {
    let names: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
    names.join(" or ")
}

fn line_of(rule: &Policy, text: &str) -> Option<usize> {
    let before = text.get(..text.find(rule.to_cedar()?.as_str())?)?;
    Some(before.matches('\n').count() + 1)
}
