//! Reads a policy's text.

use std::collections::BTreeSet;

use ledger_format::sha256;
use service_kit::access::{PrincipalId, PrincipalKind, Role};

use super::lighter_review;
use super::rule::{Condition, Demands, Rule};
use crate::domain::{EscalationStep, NoAudience, PolicyVerdict};
use crate::keyed_toml::{KeyError, Keys};

/// The longest text of a policy, in bytes: as the payload of a candidate it must leave room for the rest.
pub const TEXT_MAX_BYTES: usize = 48 * 1024;

/// The most rules of a policy: each is compared with all behind it.
const RULES_MAX: usize = 64;
/// The most proposers that a policy may name: each is judged apart when it is checked.
const PROPOSERS_MAX: usize = 64;
const SECS_PER_DAY: u64 = 24 * 60 * 60;
/// Longest duration that a policy may name, in days.
const DAYS_MAX: u64 = 3650;
/// Largest quorum that a policy may ask for.
const QUORUM_MAX: u32 = 16;
/// The longest chain of escalation.
const ESCALATIONS_MAX: usize = 8;

/// What a text says.
pub(super) struct Said {
    /// What holds for every candidate.
    pub(super) base: PolicyVerdict,
    /// The rules on top of it.
    pub(super) rules: Vec<Rule>,
    /// How much harm may be where lighter review is suggested, of 1,000.
    pub(super) harm_at_most_per_mille: Option<u32>,
}

/// Reads a text.
pub(super) fn read(file: &str, text: &str) -> Result<Said, KeyError> {
    if text.len() > TEXT_MAX_BYTES {
        let reason = format!("it has `{}` bytes, `{TEXT_MAX_BYTES}` are allowed: shorten it", text.len());
        return Err(KeyError { file: file.to_owned(), key: String::new(), reason });
    }
    let mut keys = Keys::read(file, text)?;
    let default = rule(keys.table("default")?)?;
    let base = complete(default, text, &keys)?;
    let rules: Vec<Rule> = keys.tables("rules")?.into_iter().map(rule).collect::<Result<_, _>>()?;
    if rules.len() > RULES_MAX {
        return Err(keys.wrong("rules", format!("there are `{}`, `{RULES_MAX}` are allowed: join some", rules.len())));
    }
    let proposers: BTreeSet<&str> = rules.iter().flat_map(Rule::proposers).map(PrincipalId::as_str).collect();
    if proposers.len() > PROPOSERS_MAX {
        let reason = format!("they name `{}` proposers, `{PROPOSERS_MAX}` are allowed", proposers.len());
        return Err(keys.wrong("rules", reason));
    }
    let harm_at_most_per_mille = lighter_review::read(&mut keys)?;
    keys.finish()?;
    Ok(Said { base, rules, harm_at_most_per_mille })
}

/// What holds for every candidate has no condition and leaves nothing open that has no safe value of its own.
fn complete(default: Rule, text: &str, keys: &Keys<'_>) -> Result<PolicyVerdict, KeyError> {
    let missing = |key: &str| keys.wrong(&format!("default.{key}"), "it is missing: add it");
    if default.when != Condition::default() {
        return Err(keys.wrong("default.when", "it holds for every candidate: move conditions to a rule"));
    }
    let asks = default.asks;
    Ok(PolicyVerdict {
        policy_digest: sha256(&[text.as_bytes()]),
        quorum: asks.quorum.ok_or_else(|| missing("quorum"))?,
        four_eyes: asks.four_eyes.ok_or_else(|| missing("four_eyes"))?,
        approver_roles: asks.approver_roles.ok_or_else(|| missing("approver_roles"))?,
        reasons: vec![default.reason],
        expire_after_secs: asks.expire_after_secs.ok_or_else(|| missing("expire_after_days"))?,
        approval_valid_for_secs: asks.approval_valid_for_secs.ok_or_else(|| missing("approval_valid_for_days"))?,
        path: asks.path.unwrap_or_default(),
        bulk_allowed: asks.bulk_allowed.unwrap_or_default(),
        escalations: asks.escalations.unwrap_or_default(),
        rejection_memory_secs: asks.rejection_memory_secs.unwrap_or_default(),
    })
}

fn rule(mut keys: Keys<'_>) -> Result<Rule, KeyError> {
    let rule = Rule {
        reason: reason(&mut keys)?,
        when: keys.optional::<Condition>("when")?.unwrap_or_default(),
        asks: Demands {
            quorum: quorum(&mut keys)?,
            four_eyes: keys.optional("four_eyes")?,
            approver_roles: approver_roles(&mut keys)?,
            path: keys.optional("path")?,
            bulk_allowed: keys.optional("bulk_allowed")?,
            expire_after_secs: days(&mut keys, "expire_after_days")?,
            approval_valid_for_secs: days(&mut keys, "approval_valid_for_days")?,
            escalations: escalations(&mut keys)?,
            rejection_memory_secs: rejection_memory(&mut keys)?,
        },
    };
    keys.finish()?;
    Ok(rule)
}

/// Reads the chain: each step later than the one before it.
fn escalations(keys: &mut Keys<'_>) -> Result<Option<Vec<EscalationStep>>, KeyError> {
    const KEY: &str = "escalate";
    if !keys.has(KEY) {
        return Ok(None);
    }
    let mut steps: Vec<EscalationStep> = Vec::new();
    for mut table in keys.tables(KEY)? {
        let days: u64 = table.required("after_days")?;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(table.wrong("after_days", format!("choose from `1` to `{DAYS_MAX}` days")));
        }
        let after_secs = days * SECS_PER_DAY;
        if steps.last().is_some_and(|before| before.after_secs >= after_secs) {
            return Err(table.wrong("after_days", "the step before it comes as late: put the steps in order of time"));
        }
        let to: String = table.required("to")?;
        let to = to.parse().map_err(|error: NoAudience| table.wrong("to", error.to_string()))?;
        table.finish()?;
        steps.push(EscalationStep { after_secs, to });
    }
    if steps.len() > ESCALATIONS_MAX {
        return Err(keys.wrong(KEY, format!("it has `{}` steps, `{ESCALATIONS_MAX}` are allowed", steps.len())));
    }
    Ok(Some(steps))
}

fn rejection_memory(keys: &mut Keys<'_>) -> Result<Option<u64>, KeyError> {
    const KEY: &str = "remember_rejection_days";
    let days: Option<u64> = keys.optional(KEY)?;
    if days.is_some_and(|days| days > DAYS_MAX) {
        return Err(keys.wrong(KEY, format!("choose from `0` to `{DAYS_MAX}` days; `0` forgets at once")));
    }
    Ok(days.map(|days| days * SECS_PER_DAY))
}

fn reason(keys: &mut Keys<'_>) -> Result<String, KeyError> {
    let reason: String = keys.required("reason")?;
    if reason.trim().is_empty() { Err(keys.wrong("reason", "it is empty: say it in words")) } else { Ok(reason) }
}

fn quorum(keys: &mut Keys<'_>) -> Result<Option<u32>, KeyError> {
    let quorum: Option<u32> = keys.optional("quorum")?;
    if quorum.is_some_and(|quorum| !(1..=QUORUM_MAX).contains(&quorum)) {
        return Err(keys.wrong("quorum", format!("choose from `1` to `{QUORUM_MAX}`: nothing passes without a person")));
    }
    Ok(quorum)
}

fn days(keys: &mut Keys<'_>, key: &str) -> Result<Option<u64>, KeyError> {
    let days: Option<u64> = keys.optional(key)?;
    if days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(keys.wrong(key, format!("choose from `1` to `{DAYS_MAX}` days")));
    }
    Ok(days.map(|days| days * SECS_PER_DAY))
}

fn approver_roles(keys: &mut Keys<'_>) -> Result<Option<Vec<Role>>, KeyError> {
    const KEY: &str = "approver_roles";
    let Some(names) = keys.optional::<Vec<String>>(KEY)? else { return Ok(None) };
    if names.is_empty() {
        return Err(keys.wrong(KEY, "it is empty, so that nobody could approve: name a role"));
    }
    let role = |name: String| {
        let role: Role =
            name.parse().map_err(|error: service_kit::access::RoleError| keys.wrong(KEY, error.to_string()))?;
        let machine = [PrincipalKind::Generator, PrincipalKind::Service].iter().any(|&kind| role.suits(kind));
        if machine {
            Err(keys.wrong(KEY, format!("machines can hold `{role}`: name a role of people only")))
        } else {
            Ok(role)
        }
    };
    names.into_iter().map(role).collect::<Result<_, _>>().map(Some)
}
