//! Reads a policy's text.

use ledger_format::sha256;
use service_kit::access::{PrincipalKind, Role};

use super::rule::{Condition, Rule};
use crate::domain::PolicyVerdict;
use crate::keyed_toml::{KeyError, Keys};

const SECS_PER_DAY: u64 = 24 * 60 * 60;
/// Longest duration that a policy may name, in days.
const DAYS_MAX: u64 = 3650;
/// Largest quorum that a policy may ask for.
const QUORUM_MAX: u32 = 16;

/// Reads what holds for every candidate, and the rules on top of it.
pub(super) fn read(file: &str, text: &str) -> Result<(PolicyVerdict, Vec<Rule>), KeyError> {
    let mut keys = Keys::read(file, text)?;
    let default = rule(keys.table("default")?)?;
    let base = complete(default, text, &keys)?;
    let rules = keys.tables("rules")?.into_iter().map(rule).collect::<Result<_, _>>()?;
    keys.finish()?;
    Ok((base, rules))
}

/// What holds for every candidate has no condition and leaves nothing open.
fn complete(default: Rule, text: &str, keys: &Keys<'_>) -> Result<PolicyVerdict, KeyError> {
    let missing = |key: &str| keys.wrong(&format!("default.{key}"), "it is missing: add it");
    if default.when != Condition::default() {
        return Err(keys.wrong("default.when", "it holds for every candidate: move conditions to a rule"));
    }
    Ok(PolicyVerdict {
        policy_digest: sha256(&[text.as_bytes()]),
        quorum: default.quorum.ok_or_else(|| missing("quorum"))?,
        four_eyes: default.four_eyes.ok_or_else(|| missing("four_eyes"))?,
        approver_roles: default.approver_roles.ok_or_else(|| missing("approver_roles"))?,
        reasons: vec![default.reason],
        expire_after_secs: default.expire_after_secs.ok_or_else(|| missing("expire_after_days"))?,
        approval_valid_for_secs: default.approval_valid_for_secs.ok_or_else(|| missing("approval_valid_for_days"))?,
    })
}

fn rule(mut keys: Keys<'_>) -> Result<Rule, KeyError> {
    let rule = Rule {
        reason: reason(&mut keys)?,
        when: keys.optional::<Condition>("when")?.unwrap_or_default(),
        quorum: quorum(&mut keys)?,
        four_eyes: keys.optional("four_eyes")?,
        approver_roles: approver_roles(&mut keys)?,
        expire_after_secs: days(&mut keys, "expire_after_days")?,
        approval_valid_for_secs: days(&mut keys, "approval_valid_for_days")?,
    };
    keys.finish()?;
    Ok(rule)
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
