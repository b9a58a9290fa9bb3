//! Gives an approval ahead.

use countersign_api::name::StandingApprovalName;
use service_kit::access::PrincipalId;

use super::{Looks, RecordPrefix, StandingApproval};
use crate::domain::limits::{
    AUDIT_MAX_PER_MILLE, AUDIT_MIN_PER_MILLE, NOTE_MAX_BYTES, STANDING_APPROVAL_MAX_SECS, STANDING_APPROVAL_MAX_USES,
};
use crate::domain::{
    ActionType, ActionTypeName, Actor, Confidence, ConfidenceLevel, Context, Moment, NotEntitled, PolicyCase,
    PolicyVerdict, Refusal, ReviewPath, Risk, RiskTier, Verb, bounds, entitlement,
};

/// Asks to give an approval ahead.
#[derive(Debug, Clone)]
pub struct GrantStandingApproval {
    /// Its name to be.
    pub name: StandingApprovalName,
    /// What it is for.
    pub category: Category,
    /// The most candidates that it approves.
    pub use_limit: u32,
    /// Of every 1,000 candidates, how many go to a person all the same.
    pub audit_per_mille: u32,
    /// When it ends.
    pub valid_until: Moment,
    /// Why, in words.
    pub reason: String,
}

/// What a standing approval is for, of low risk and high confidence only.
#[derive(Debug, Clone)]
pub struct Category {
    /// The one action type.
    pub action_type: ActionTypeName,
    /// The one proposer.
    pub proposer: PrincipalId,
    /// Which records.
    pub records: RecordPrefix,
}

/// Judges whether the actor may give this approval ahead, and gives it.
///
/// Who may is who could approve such candidates one by one; and the policy must have put them on the light path, for one approval each.
/// What the catalogue never lets be of low risk can never be approved ahead.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn grant(command: GrantStandingApproval, context: &Context<'_>) -> Result<StandingApproval, Refusal> {
    let granted_by = entitlement::person_who(Verb::Approve, context.actor)?;
    let action_type = context.catalogued(&command.category.action_type)?;
    check_bounds(&command, context.now)?;
    let verdict = verdict_on_lightest(action_type, &command.category.proposer, context)?;
    check_policy(action_type, &verdict)?;
    let granted_as = match context.actor {
        Actor::Caller { id: _, roles } if context.actor.has_any(&verdict.approver_roles) => {
            roles.iter().copied().collect()
        }
        Actor::Caller { .. } | Actor::Clock => {
            let reason = NotEntitled::ApproverRoleMissing { wanted: verdict.approver_roles };
            return Err(Refusal::NotEntitled { verb: Verb::Approve, reason });
        }
    };
    if *granted_by.id() == command.category.proposer {
        let reason = NotEntitled::OwnProposal(granted_by);
        return Err(Refusal::NotEntitled { verb: Verb::Approve, reason });
    }
    let GrantStandingApproval { name, category, use_limit, audit_per_mille, valid_until, reason } = command;
    let Category { action_type, proposer, records } = category;
    Ok(StandingApproval {
        name,
        revision: 1,
        action_type,
        proposer,
        records,
        use_limit,
        audit_per_mille,
        valid_until,
        granted_by,
        granted_as,
        granted_at: context.now,
        reason,
        uses: 0,
        audits: 0,
        audits_waiting: 0,
        audits_owed: 0,
        looks: Looks::default(),
        revocation: None,
        entry_index: None,
    })
}

fn check_bounds(command: &GrantStandingApproval, now: Moment) -> Result<(), Refusal> {
    within("use_limit", command.use_limit, 1, STANDING_APPROVAL_MAX_USES)?;
    within("audit_per_mille", command.audit_per_mille, AUDIT_MIN_PER_MILLE, AUDIT_MAX_PER_MILLE)?;
    let last = now.plus_secs(STANDING_APPROVAL_MAX_SECS);
    if command.valid_until <= now || command.valid_until > last {
        let reason = format!("`{}` is not between now and `{last}`: name a moment between", command.valid_until);
        return Err(Refusal::malformed("expire_time", reason));
    }
    bounds::required_text("reason", &command.reason, NOTE_MAX_BYTES)
}

fn within(field: &str, number: u32, least: u32, most: u32) -> Result<(), Refusal> {
    if (least..=most).contains(&number) {
        return Ok(());
    }
    Err(Refusal::malformed(field, format!("`{number}` is not from `{least}` to `{most}`: choose one that is")))
}

/// Asks the policy about the lightest case there can be of this action type by this proposer: every case that is covered is judged alike, or more
/// strictly and then is not covered.
fn verdict_on_lightest(
    action_type: &ActionType,
    proposer: &PrincipalId,
    context: &Context<'_>,
) -> Result<PolicyVerdict, Refusal> {
    let risk = Risk::settle(action_type, None);
    if risk.tier != RiskTier::Low {
        let reason = format!("the catalogue has it at `{}`, and only what is `LOW` can be", risk.tier.as_str());
        return Err(not_ahead(action_type, reason));
    }
    let confidence = Confidence { level: ConfidenceLevel::High, ..Confidence::default() };
    let case =
        PolicyCase { action_type: &action_type.name, proposer: Some(proposer), risk: &risk, confidence: &confidence };
    Ok(context.policy.judge(case))
}

fn check_policy(action_type: &ActionType, verdict: &PolicyVerdict) -> Result<(), Refusal> {
    if verdict.path != ReviewPath::Light {
        let reason = "the review policy does not put it on the light path at `LOW` risk and `HIGH` confidence; \
                      it needs a rule with `path = \"LIGHT\"` for that";
        return Err(not_ahead(action_type, reason.to_owned()));
    }
    if verdict.quorum > 1 {
        let reason = format!("the review policy asks for `{}` people on each", verdict.quorum);
        return Err(not_ahead(action_type, reason));
    }
    Ok(())
}

fn not_ahead(action_type: &ActionType, reason: String) -> Refusal {
    Refusal::NotAhead { action_type: action_type.name.clone(), reason }
}
