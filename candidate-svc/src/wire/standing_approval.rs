//! Approvals given ahead, and the use that is made of them.

use countersign_api::{
    candidate::v1 as api,
    name::{StandingApprovalName, Workspace},
};
use uuid::Uuid;

use super::{FieldError, field, time};
use crate::domain::{
    Category, GrantStandingApproval, Moment, Refusal, StandingApproval, StandingApprovalUse, WORD_MAX_BYTES,
};

/// Writes a standing approval as the contract has it, as it stands now.
pub fn to_wire(standing: &StandingApproval, now: Moment) -> api::StandingApproval {
    let revocation = standing.revocation.as_ref();
    let (looks, harmful_looks) = standing.looks.counts();
    api::StandingApproval {
        name: standing.name.to_string(),
        revision: signed(standing.revision),
        action_type: standing.action_type.to_string(),
        proposer: standing.proposer.to_string(),
        record_prefix: standing.records.to_string(),
        risk_tier: api::RiskTier::Low.into(),
        confidence_level: api::ConfidenceLevel::High.into(),
        use_limit: standing.use_limit.into(),
        uses: standing.uses.into(),
        audits: standing.audits.into(),
        audit_per_mille: i32::try_from(standing.audit_per_mille).unwrap_or(i32::MAX),
        expire_time: Some(time::to_wire(standing.valid_until)),
        granted_by: standing.granted_by.to_string(),
        grant_time: Some(time::to_wire(standing.granted_at)),
        reason: standing.reason.clone(),
        revoke_time: revocation.map(|revocation| time::to_wire(revocation.revoked_at)),
        revoked_by: revocation.map(|revocation| revocation.revoked_by.to_string()).unwrap_or_default(),
        revoke_reason: revocation.map(|revocation| revocation.reason.clone()).unwrap_or_default(),
        active: standing.is_active(now),
        entry_index: standing.entry_index.map(signed).unwrap_or_default(),
        recorded: standing.entry_index.is_some(),
        audits_waiting: standing.audits_waiting.into(),
        audits_owed: standing.audits_owed.into(),
        looks: number(looks),
        harmful_looks: number(harmful_looks),
    }
}

/// Reads what a person asks to approve ahead.
///
/// # Errors
/// [`Refusal::Malformed`] names the field that is not of its form; bounds are the domain's to judge.
pub fn grant_from_wire(
    request: api::GrantStandingApprovalRequest,
    workspace: Workspace,
    id: Uuid,
) -> Result<GrantStandingApproval, Refusal> {
    // What is no word of snake case is in no catalogue either.
    let action_type = request
        .action_type
        .parse()
        .map_err(|_| Refusal::ActionTypeUnknown { name: request.action_type.chars().take(WORD_MAX_BYTES).collect() })?;
    let records = request.record_prefix.parse().map_err(|error| FieldError::new("record_prefix", error))?;
    let category = Category { action_type, proposer: field::parsed("proposer", &request.proposer)?, records };
    Ok(GrantStandingApproval {
        name: StandingApprovalName::new(workspace, id),
        category,
        use_limit: field::natural("use_limit", request.use_limit)?,
        audit_per_mille: field::natural("audit_per_mille", request.audit_per_mille)?,
        valid_until: field::required("expire_time", request.expire_time, time::from_wire)?,
        reason: request.reason,
    })
}

/// Writes a use as events have it.
pub fn use_to_wire(used: &StandingApprovalUse) -> api::StandingApprovalUse {
    api::StandingApprovalUse {
        standing_approval: used.name.to_string(),
        granted_by: used.granted_by.to_string(),
        use_number: signed(used.use_number),
        drawn_for_audit: used.drawn_for_audit,
        in_place_of_another: used.in_place_of_another,
        grant_entry_index: signed(used.grant_entry_index),
    }
}

/// Reads a use.
///
/// # Errors
/// Names the field that is not of its form.
pub fn use_from_wire(used: &api::StandingApprovalUse) -> Result<StandingApprovalUse, FieldError> {
    Ok(StandingApprovalUse {
        name: field::parsed("standing_approval", &used.standing_approval)?,
        granted_by: field::parsed("granted_by", &used.granted_by)?,
        use_number: field::natural("use_number", used.use_number)?,
        drawn_for_audit: used.drawn_for_audit,
        in_place_of_another: used.in_place_of_another,
        grant_entry_index: field::natural("grant_entry_index", used.grant_entry_index)?,
        found_harmful: None,
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a counter fits 63 bits")
}

fn number(count: usize) -> i64 {
    i64::try_from(count).expect("invariant: what is in memory is counted in 63 bits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::standing::{on_the_light_path, standing};
    use crate::domain::{RecordPrefix, Revocation};

    #[test]
    fn a_use_reads_back_as_it_was_written() {
        let used = StandingApprovalUse {
            name: standing(&on_the_light_path(), "generators/rules").name,
            granted_by: "humans/ben".parse().expect("a person"),
            use_number: 7,
            drawn_for_audit: true,
            in_place_of_another: true,
            grant_entry_index: 4_711,
            found_harmful: None,
        };
        assert_eq!(use_from_wire(&use_to_wire(&used)), Ok(used.clone()));
        let forged = api::StandingApprovalUse { granted_by: "services/executor".into(), ..use_to_wire(&used) };
        assert_eq!(use_from_wire(&forged).expect_err("no person").field, "granted_by");
    }

    #[test]
    fn everything_about_one_is_shown() {
        let story = on_the_light_path();
        let revoked_by = "humans/cara".parse().expect("a principal");
        let revocation = Some(Revocation { revoked_at: story.now, revoked_by, reason: "One was wrong.".into() });
        let records: RecordPrefix = "crm/deal".parse().expect("a prefix");
        let given = StandingApproval { records, revocation, ..standing(&story, "generators/rules") };
        let shown = to_wire(&given, story.now);
        assert_eq!((shown.record_prefix.as_str(), shown.use_limit, shown.audit_per_mille), ("crm/deal", 10, 100));
        assert_eq!((shown.recorded, shown.entry_index, shown.active), (true, 7, false));
        assert_eq!((shown.revoked_by.as_str(), shown.revoke_reason.as_str()), ("humans/cara", "One was wrong."));
        assert_eq!((shown.risk_tier(), shown.confidence_level()), (api::RiskTier::Low, api::ConfidenceLevel::High));
    }
}
