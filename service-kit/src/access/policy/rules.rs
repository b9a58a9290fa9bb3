use std::{collections::BTreeSet, sync::Arc};

use cedar_policy::{AuthorizationError, Authorizer, Decision, Effect, PolicyId, PolicySet, ValidationMode, Validator};
use miette::Diagnostic;

use super::{
    Refusal,
    asked::Asked,
    error::{Error, Place},
    question::Question,
    questions::Questions,
    remembered::Answer,
    schema::SCHEMA,
    trial,
};
use crate::access::{Principal, Role, Rpc};

/// The rules of one policy file, checked against the schema.
pub(super) struct Rules(PolicySet);

impl Rules {
    /// Reads and checks a file: what is not sound in every rule does not come into force at all.
    ///
    /// A rule without effect is an error, too: whoever wrote it expects something of it. So are rules that shut everybody out.
    pub(super) fn compile(file: &str, text: &str) -> Result<Self, Error> {
        let read: PolicySet = text.parse().map_err(|errors| Error::Syntax {
            file: file.to_owned(),
            place: Place { line: line_of(&errors, text), rule: None },
            reason: reason_of(&errors),
        })?;
        if let Some(template) = read.templates().next() {
            let rule = template.annotation("id").map_or_else(|| template.id().to_string(), str::to_owned);
            return Err(Error::Template { file: file.to_owned(), rule });
        }
        let rules = by_their_ids(file, &read)?;
        check(file, text, &rules)?;
        if rules.policies().all(|rule| rule.effect() == Effect::Forbid) {
            return Err(Error::PermitsNothing { file: file.to_owned() });
        }
        trial::run(file, text, &rules)?;
        Ok(Self(rules))
    }

    /// Answers a question; a refusal says which role would help.
    pub(super) fn answer(&self, question: &Question) -> Answer {
        self.evaluate(question).map_err(|rules| {
            let helps = |role: &Role| question.with(*role).is_some_and(|other| self.evaluate(&other).is_ok());
            let helpful_roles = Role::ALL.into_iter().filter(helps).collect();
            Arc::new(Refusal::ByPolicy { rules, helpful_roles })
        })
    }

    /// Returns the roles each of which alone lets some person call an rpc in some workspace of their token.
    pub(super) fn roles_of_people_who_may(&self, rpc: Rpc) -> BTreeSet<Role> {
        let questions = Questions::about(&self.0);
        let has_one_role = |principal: &Arc<Principal>| principal.roles().len() == 1;
        let may = |principal: &Arc<Principal>| {
            let mut asked = questions.about_rpc(principal, rpc).filter(Question::is_in_reach);
            asked.any(|question| self.evaluate(&question).is_ok())
        };
        let people = questions.principals().take_while(has_one_role).filter(|one| one.human().is_some());
        people.filter(may).flat_map(|person| person.roles().clone()).collect()
    }

    /// Evaluates the rules; a refusal gives the ids of those that forbade.
    fn evaluate(&self, question: &Question) -> Result<(), Vec<String>> {
        // Outside what the schema allows, such as a person who claims executions.
        let Some(asked) = Asked::by(question) else { return Err(Vec::new()) };
        let response = Authorizer::new().is_authorized(&asked.request, &self.0, &asked.entities);
        let failed: Vec<String> = response
            .diagnostics()
            .errors()
            .map(|error| {
                tracing::error!(error = error as &dyn std::error::Error, rpc = %question.rpc, "a rule can not be evaluated");
                match error {
                    AuthorizationError::PolicyEvaluationError(error) => error.policy_id().to_string(),
                }
            })
            .collect();
        // Cedar leaves a failing rule out. Were it a `forbid`, the call would go through: so nothing goes through.
        if !failed.is_empty() {
            return Err(failed);
        }
        match response.decision() {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(response.diagnostics().reason().map(PolicyId::to_string).collect()),
        }
    }
}

/// Gives every rule the id of its `@id` annotation; one without keeps `policy` and its position from 0.
fn by_their_ids(file: &str, read: &PolicySet) -> Result<PolicySet, Error> {
    let mut rules = PolicySet::new();
    for rule in read.policies() {
        let id = rule.annotation("id").map_or_else(|| rule.id().clone(), PolicyId::new);
        let same_id = || Error::SameId { file: file.to_owned(), rule: id.to_string() };
        rules.add(rule.new_id(id.clone())).map_err(|_| same_id())?;
    }
    Ok(rules)
}

fn check(file: &str, text: &str, rules: &PolicySet) -> Result<(), Error> {
    let found = Validator::new(SCHEMA.clone()).validate(rules, ValidationMode::Strict);
    let errors = found.validation_errors().map(|error| (error.policy_id(), error as &dyn Diagnostic));
    let warnings = found.validation_warnings().map(|warning| (warning.policy_id(), warning as &dyn Diagnostic));
    match errors.chain(warnings).next() {
        None => Ok(()),
        Some((rule, diagnostic)) => Err(Error::Schema {
            file: file.to_owned(),
            place: Place { line: line_of(diagnostic, text), rule: Some(rule.to_string()) },
            reason: reason_of(diagnostic),
        }),
    }
}

fn line_of(diagnostic: &dyn Diagnostic, text: &str) -> Option<usize> {
    let label = diagnostic.labels()?.next()?;
    let before = text.get(..label.offset())?;
    Some(before.matches('\n').count() + 1)
}

fn reason_of(diagnostic: &dyn Diagnostic) -> String {
    match diagnostic.help() {
        Some(help) => format!("{diagnostic} ({help})"),
        None => diagnostic.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Scope;

    #[test]
    fn a_rule_that_fails_lets_nothing_through() {
        // The trial finds such a rule before; this holds for what it would overlook.
        let text = "permit (principal, action, resource);\n@id(\"overflows\")\n\
                    forbid (principal, action, resource) when { 9223372036854775807 + 1 > 0 };";
        let read = text.parse().expect("Cedar");
        let rules = Rules(by_their_ids("access.cedar", &read).expect("distinct ids"));
        let admin = Principal::new("humans/anna".parse().expect("an id"), Scope::All, [Role::Admin]).expect("an admin");
        let list = Rpc::at("/countersign.candidate.v1.ReviewService/ListCandidates").expect("in the contract");
        let refusal = rules.answer(&Question::new(Arc::new(admin), list, None)).expect_err("fails closed");
        assert_eq!(refusal.rules(), "overflows");
    }
}
