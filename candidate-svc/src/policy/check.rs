//! Finds rules that never apply and demands that cannot stand together, by asking the policy about every candidate there can be.
//!
//! What a policy looks at is finite: the catalogue's action types, the risk tiers that each can have, the levels of confidence, the proposers
//! that some rule names and everybody else. So a rule that says nothing, or a contradiction, is found before it judges anything.

use std::collections::BTreeSet;

use service_kit::access::{PrincipalId, Role};

use super::{
    Approvers,
    rule::{Demand, Rule},
};
use crate::catalogue::Catalogue;
use crate::domain::{
    ActionType, ActionTypeName, Audience, Confidence, ConfidenceLevel, EscalationStep, PolicyCase, PolicyVerdict,
    ReviewPath, Risk, RiskTier,
};
use crate::keyed_toml::KeyError;

/// One kind of candidate, as far as a policy can tell.
struct Cell<'a> {
    action_type: &'a ActionTypeName,
    /// None for everybody whom no rule names.
    proposer: Option<&'a PrincipalId>,
    risk: Risk,
    confidence: Confidence,
}

/// Checks a policy against the action types that there are and the roles that may approve.
pub(super) fn check(
    file: &str,
    base: &PolicyVerdict,
    rules: &[Rule],
    catalogue: &Catalogue,
    approvers: &Approvers,
) -> Result<(), KeyError> {
    let proposers = proposers(rules);
    let cells: Vec<Cell<'_>> = catalogue.iter().flat_map(|action_type| cells_of(action_type, &proposers)).collect();
    let wrong = |key: String, reason: String| Err(KeyError { file: file.to_owned(), key, reason });
    for (index, rule) in rules.iter().enumerate() {
        if let Some((key, reason)) = unreachable(rules, index, rule, &cells, catalogue) {
            return wrong(format!("rules[{index}]{key}"), reason);
        }
    }
    if let Some((key, reason)) = shut_out(base, rules, approvers) {
        return wrong(key, reason);
    }
    let for_high_alone: Vec<&Rule> = rules.iter().filter(|rule| meets_high_alone(rule, &cells)).collect();
    for cell in &cells {
        if let Some((key, reason)) = contradiction(base, rules, &for_high_alone, cell) {
            return wrong(key, reason);
        }
    }
    Ok(())
}

/// Returns whom rules name, each once, and nobody of them.
fn proposers(rules: &[Rule]) -> Vec<Option<&PrincipalId>> {
    let named: BTreeSet<&PrincipalId> = rules.iter().flat_map(Rule::proposers).collect();
    std::iter::once(None).chain(named.into_iter().map(Some)).collect()
}

fn cells_of<'a>(action_type: &'a ActionType, proposers: &[Option<&'a PrincipalId>]) -> Vec<Cell<'a>> {
    let least = action_type.default_risk_tier.max(action_type.least_risk_tier);
    let tiers =
        [RiskTier::Low, RiskTier::ApprovalRequired, RiskTier::High].into_iter().filter(move |tier| *tier >= least);
    let levels = [ConfidenceLevel::High, ConfidenceLevel::Medium, ConfidenceLevel::Low, ConfidenceLevel::NeedsReview];
    let kinds = tiers.flat_map(|tier| levels.into_iter().map(move |level| (tier, level)));
    let cells = kinds.flat_map(|(tier, level)| {
        proposers.iter().map(move |proposer| Cell {
            action_type: &action_type.name,
            proposer: *proposer,
            risk: Risk { tier, impact: action_type.impact, reasons: Vec::new() },
            confidence: Confidence { level, ..Confidence::default() },
        })
    });
    cells.collect()
}

impl Cell<'_> {
    fn meets(&self, rule: &Rule) -> bool {
        let Self { action_type, proposer, risk, confidence } = self;
        rule.when.is_met(PolicyCase { action_type, proposer: *proposer, risk, confidence })
    }
}

/// Says why a rule never has an effect: which of its keys, and the mend.
fn unreachable(
    rules: &[Rule],
    index: usize,
    rule: &Rule,
    cells: &[Cell<'_>],
    catalogue: &Catalogue,
) -> Option<(&'static str, String)> {
    let unknown = rule.when.action_types.iter().flatten().find(|name| catalogue.get(name).is_none());
    if let Some(name) = unknown {
        let known: Vec<String> = catalogue.iter().map(|known| format!("`{}`", known.name)).collect();
        return Some((
            ".when.action_types",
            format!("there is no action type `{name}`: name one of {}", known.join(", ")),
        ));
    }
    let met: Vec<&Cell<'_>> = cells.iter().filter(|cell| cell.meets(rule)).collect();
    if met.is_empty() {
        let reason = "no candidate can ever meet it: an action type's risk is never below its default, and an empty list names nothing";
        return Some((".when", format!("{reason}; widen it or remove the rule")));
    }
    let demands = rule.asks.demands();
    if demands.is_empty() {
        return Some(("", "it asks for nothing: say what it changes, or remove it".to_owned()));
    }
    let overruled = |demand: &Demand, cell: &Cell<'_>| {
        rules[index + 1..].iter().any(|later| later.asks.demands().contains(demand) && cell.meets(later))
    };
    let is_heard = |demand: &Demand| met.iter().any(|cell| !overruled(demand, cell));
    if demands.iter().any(is_heard) {
        return None;
    }
    Some(("", "later rules overrule everything it asks for: remove it, or move it behind them".to_owned()))
}

/// Says where a role is asked to approve, or is escalated to, that the access policy shuts out: its holders would be waited for in vain.
fn shut_out(base: &PolicyVerdict, rules: &[Rule], approvers: &Approvers) -> Option<(String, String)> {
    let by_default = || asked("default", &base.approver_roles, &base.escalations, approvers);
    let by_rule = |(index, rule): (usize, &Rule)| {
        let approving = rule.asks.approver_roles.as_deref().unwrap_or_default();
        let steps = rule.asks.escalations.as_deref().unwrap_or_default();
        asked(&format!("rules[{index}]"), approving, steps, approvers)
    };
    let (key, role) = by_default().or_else(|| rules.iter().enumerate().find_map(by_rule))?;
    let may = approvers.listed();
    Some((key, format!("the access policy does not let the role `{role}` approve: name of {may}, or permit it there")))
}

/// Returns the first role that is asked in vain in one place of the file, and the key that asks it.
fn asked(place: &str, roles: &[Role], steps: &[EscalationStep], approvers: &Approvers) -> Option<(String, Role)> {
    let by_roles = approvers.first_shut_out(roles).map(|role| (Demand::ApproverRoles.key().to_owned(), role));
    let by_step = |(index, step): (usize, &EscalationStep)| match step.to {
        Audience::Person(_) => None,
        Audience::Role(role) => {
            Some((format!("{}[{index}].to", Demand::Escalate.key()), approvers.first_shut_out(&[role])?))
        }
    };
    let (key, role) = by_roles.or_else(|| steps.iter().enumerate().find_map(by_step))?;
    Some((format!("{place}.{key}"), role))
}

/// Tells whether everything that a rule can meet is of high risk, which is always decided singly on the strict path.
fn meets_high_alone(rule: &Rule, cells: &[Cell<'_>]) -> bool {
    cells.iter().filter(|cell| cell.meets(rule)).all(|cell| cell.risk.tier == RiskTier::High)
}

/// Says which demands on one kind of candidate cannot stand together.
fn contradiction(
    base: &PolicyVerdict,
    rules: &[Rule],
    for_high_alone: &[&Rule],
    cell: &Cell<'_>,
) -> Option<(String, String)> {
    let mut verdict = base.clone();
    for rule in rules.iter().filter(|rule| cell.meets(rule)) {
        rule.apply(&mut verdict);
    }
    let key = |demand: Demand| {
        let last = rules.iter().rposition(|rule| rule.asks.demands().contains(&demand) && cell.meets(rule));
        last.map_or_else(|| format!("default.{}", demand.key()), |index| format!("rules[{index}].{}", demand.key()))
    };
    let of = format!("`{}` at risk `{}`", cell.action_type, cell.risk.tier.as_str());
    if let Some(step) = verdict.escalations.iter().find(|step| step.after_secs >= verdict.expire_after_secs) {
        let reason =
            format!("{of} expires before it is escalated to `{}`: escalate earlier, or let it live longer", step.to);
        return Some((key(Demand::Escalate), reason));
    }
    let waits_in_vain = |step: &&EscalationStep| match step.to {
        Audience::Person(_) => false,
        Audience::Role(role) => !verdict.approver_roles.contains(&role),
    };
    if let Some(step) = verdict.escalations.iter().find(waits_in_vain) {
        let may: Vec<String> = verdict.approver_roles.iter().map(|role| format!("`{role}`")).collect();
        let (to, may) = (&step.to, may.join(", "));
        let reason = format!("{of} is escalated to `{to}`, and only {may} may approve it: escalate to one of them");
        return Some((key(Demand::Escalate), reason));
    }
    if cell.risk.tier < RiskTier::High && verdict.path == ReviewPath::Light && verdict.quorum > 1 {
        let quorum = verdict.quorum;
        let reason = format!(
            "{of} is on the light path, where one approval is enough, and wants {quorum}: set `quorum = 1`, or another path"
        );
        return Some((key(Demand::Quorum), reason));
    }
    if cell.risk.tier < RiskTier::High && verdict.bulk_allowed && verdict.path == ReviewPath::Strict {
        let reason =
            format!("{of} is on the strict path, which is never in bulk: set `bulk_allowed = false`, or another path");
        return Some((key(Demand::BulkAllowed), reason));
    }
    let lax = |rule: &Rule| {
        rule.asks.bulk_allowed == Some(true) || rule.asks.path.is_some_and(|path| path != ReviewPath::Strict)
    };
    if cell.risk.tier == RiskTier::High && for_high_alone.iter().any(|rule| cell.meets(rule) && lax(rule)) {
        let demand = if verdict.bulk_allowed { Demand::BulkAllowed } else { Demand::Path };
        return Some((key(demand), format!("{of} is always decided singly on the strict path: remove it")));
    }
    None
}
