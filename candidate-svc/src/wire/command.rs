//! What people, proposers and executors ask of one candidate: a request becomes a command.

use countersign_api::{candidate::v1 as api, etag::Etag, name::CandidateName};
use ledger_format::{Nonce, PayloadDigest, canonical_json::canonicalize_text};

use super::{FieldError, evidence, execution, field, time, words};
use crate::domain::{
    AddEvidence, Approve, AssignOwner, Change, Command, Edit, ExtendClaim, Hold, LoseTrack, Reject, Release,
    ReportFailure, ReportSuccess, RequestEvidence, SendBack, Settle, Settlement, Withdraw, WithdrawApproval,
};

/// The longest JSON of an edit that is compared in canonical form: reading takes many times a text's own memory.
const COMPARED_MAX_BYTES: usize = 256 * 1024;

/// Reads an approval.
///
/// # Errors
/// Names the field that is not of its form; so do all of this module.
pub fn approve(request: api::ApproveCandidateRequest) -> Result<Command, FieldError> {
    Ok(Command::Approve(Approve {
        etag: etag(&request.etag)?,
        digest: digest("digest", &request.digest)?,
        note: request.note,
        acknowledged_conflicts: conflicts(&request.acknowledged_conflicts)?,
    }))
}

/// Reads an order for another try.
pub fn retry(request: api::RetryExecutionRequest) -> Result<Command, FieldError> {
    Ok(Command::Retry(Approve {
        etag: etag(&request.etag)?,
        digest: digest("digest", &request.digest)?,
        note: request.note,
        acknowledged_conflicts: conflicts(&request.acknowledged_conflicts)?,
    }))
}

/// Reads the withdrawal of an approval.
pub fn withdraw_approval(request: api::WithdrawApprovalRequest) -> Result<Command, FieldError> {
    Ok(Command::WithdrawApproval(WithdrawApproval { etag: etag(&request.etag)?, note: request.note }))
}

/// Reads an edit; the nonce is drawn for the payload that it makes.
pub fn edit(request: api::EditCandidateRequest, nonce: Nonce) -> Result<Command, FieldError> {
    use api::edit_candidate_request::Change as Wire;
    let change = match request.change {
        Some(Wire::PatchJson(patch)) => Change::Patch(patch),
        Some(Wire::PayloadJson(payload)) => Change::Whole(payload),
        None => return Err(FieldError::new("change", "is not set; send `patch_json` or `payload_json`")),
    };
    Ok(Command::Edit(Edit { etag: etag(&request.etag)?, change, note: request.note, nonce }))
}

/// Returns an edit as it counts when its request id comes again: however its JSON is spaced and ordered.
pub fn edit_as_compared(request: &api::EditCandidateRequest) -> api::EditCandidateRequest {
    use api::edit_candidate_request::Change as Wire;
    // What has no canonical form is refused, and a refused request is not kept: it counts as it was sent.
    let compared = |text: &String| {
        let canonical = (text.len() <= COMPARED_MAX_BYTES).then(|| canonicalize_text(text).ok());
        canonical.flatten().unwrap_or_else(|| text.clone())
    };
    let change = request.change.as_ref().map(|change| match change {
        Wire::PatchJson(patch) => Wire::PatchJson(compared(patch)),
        Wire::PayloadJson(payload) => Wire::PayloadJson(compared(payload)),
    });
    api::EditCandidateRequest {
        name: request.name.clone(),
        request_id: request.request_id.clone(),
        etag: request.etag.clone(),
        change,
        note: request.note.clone(),
    }
}

/// Reads a rejection.
pub fn reject(request: api::RejectCandidateRequest) -> Result<Command, FieldError> {
    Ok(Command::Reject(Reject {
        etag: etag(&request.etag)?,
        reason: words::from_wire("reason", request.reason)?,
        note: request.note,
    }))
}

/// Reads a hold.
pub fn hold(request: api::HoldCandidateRequest) -> Result<Command, FieldError> {
    Ok(Command::Hold(Hold {
        etag: etag(&request.etag)?,
        reason: request.reason,
        until_at: field::optional("until_time", request.until_time, time::from_wire)?,
        until_evidence: request.until_evidence,
    }))
}

/// Reads a release.
pub fn release(request: &api::ReleaseCandidateRequest) -> Result<Command, FieldError> {
    Ok(Command::Release(Release { etag: Some(etag(&request.etag)?) }))
}

/// Reads a question.
pub fn request_evidence(request: api::RequestEvidenceRequest) -> Result<Command, FieldError> {
    Ok(Command::RequestEvidence(RequestEvidence {
        etag: etag(&request.etag)?,
        question: request.question,
        kinds: evidence::kinds_from_wire(&request.kinds)?,
    }))
}

/// Reads new evidence.
pub fn add_evidence(request: api::AddEvidenceRequest) -> Result<Command, FieldError> {
    Ok(Command::AddEvidence(AddEvidence {
        etag: etag(&request.etag)?,
        evidence: field::each("evidence", request.evidence, evidence::item_from_wire)?,
    }))
}

/// Reads a change of owner.
pub fn assign_owner(request: api::AssignOwnerRequest) -> Result<Command, FieldError> {
    Ok(Command::AssignOwner(AssignOwner {
        etag: etag(&request.etag)?,
        owner: field::parsed("owner", &request.owner)?,
        note: request.note,
    }))
}

/// Reads a return for rework.
pub fn send_back(request: api::SendBackForReworkRequest) -> Result<Command, FieldError> {
    Ok(Command::SendBack(SendBack {
        etag: etag(&request.etag)?,
        reason: request.reason,
        fault: words::from_wire("fault", request.fault)?,
    }))
}

/// Reads what was found out about an unknown outcome.
pub fn settle(request: api::SettleOutcomeRequest) -> Result<Command, FieldError> {
    use api::settle_outcome_request::Settlement as Wire;
    let settlement = match request.settlement {
        Some(Wire::Executed(result)) => {
            Settlement::Executed(execution::result_from_wire(result).map_err(|error| error.within("executed"))?)
        }
        Some(Wire::Failed(failure)) => {
            Settlement::Failed(execution::failure_from_wire(failure).map_err(|error| error.within("failed"))?)
        }
        Some(Wire::ApproveDigest(bytes)) => Settlement::Approve {
            digest: digest("approve_digest", &bytes)?,
            acknowledged_conflicts: conflicts(&request.acknowledged_conflicts)?,
        },
        None => {
            return Err(FieldError::new("settlement", "is not set; send `executed`, `failed` or `approve_digest`"));
        }
    };
    if !matches!(settlement, Settlement::Approve { .. }) && !request.acknowledged_conflicts.is_empty() {
        let description = "goes with `approve_digest` alone: nothing else approves; leave it out";
        return Err(FieldError::new("acknowledged_conflicts", description));
    }
    let fence = match request.fence {
        0 => None,
        fence => Some(field::natural("fence", fence)?),
    };
    Ok(Command::Settle(Settle { etag: etag(&request.etag)?, finding: request.finding, settlement, fence }))
}

/// Reads the withdrawal of a proposal.
pub fn withdraw(request: api::WithdrawCandidateRequest) -> Result<Command, FieldError> {
    Ok(Command::Withdraw(Withdraw {
        etag: etag(&request.etag)?,
        reason: request.reason,
        superseded_by: field::parsed_unless_empty("superseded_by", &request.superseded_by)?,
    }))
}

/// Reads a request for a longer lease.
pub fn extend_claim(request: &api::ExtendClaimRequest) -> Result<Command, FieldError> {
    Ok(Command::ExtendClaim(ExtendClaim {
        fence: field::natural("fence", request.fence)?,
        lease_ms: field::required("lease", request.lease, time::ms_from_wire)?,
    }))
}

/// Reads how an attempt ended.
pub fn report_outcome(request: api::ReportOutcomeRequest) -> Result<Command, FieldError> {
    use api::report_outcome_request::Outcome as Wire;
    let fence = field::natural("fence", request.fence)?;
    Ok(match request.outcome {
        Some(Wire::Succeeded(result)) => {
            let result = execution::result_from_wire(result).map_err(|error| error.within("succeeded"))?;
            Command::ReportSuccess(ReportSuccess { fence, result })
        }
        Some(Wire::Failed(failure)) => {
            let failure = execution::failure_from_wire(failure).map_err(|error| error.within("failed"))?;
            Command::ReportFailure(ReportFailure { fence, failure })
        }
        Some(Wire::Unknown(message)) => Command::LoseTrack(LoseTrack::Executor { fence, message }),
        None => return Err(FieldError::new("outcome", "is not set; send `succeeded`, `failed` or `unknown`")),
    })
}

fn conflicts(names: &[String]) -> Result<Vec<CandidateName>, FieldError> {
    field::each("acknowledged_conflicts", names, |name| field::parsed("", name))
}

fn etag(text: &str) -> Result<Etag, FieldError> {
    field::parsed("etag", text)
}

fn digest(field: &str, bytes: &[u8]) -> Result<PayloadDigest, FieldError> {
    field::fixed(field, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_not_of_its_form_is_named() {
        let good = api::ApproveCandidateRequest { etag: "r1".into(), digest: vec![7; 32], ..Default::default() };
        assert!(approve(good.clone()).is_ok());
        for (field, broken) in [
            ("etag", api::ApproveCandidateRequest { etag: String::new(), ..good.clone() }),
            ("etag", api::ApproveCandidateRequest { etag: "7".into(), ..good.clone() }),
            ("digest", api::ApproveCandidateRequest { digest: vec![7; 31], ..good }),
        ] {
            assert_eq!(approve(broken).expect_err(field).field, field);
        }
    }

    #[test]
    fn a_choice_that_is_not_made_is_named() {
        let etag = || "r1".to_owned();
        let edited = edit(api::EditCandidateRequest { etag: etag(), ..Default::default() }, Nonce::new([0; 32]));
        assert_eq!(edited.expect_err("no change").field, "change");
        let settled = settle(api::SettleOutcomeRequest { etag: etag(), ..Default::default() });
        assert_eq!(settled.expect_err("no settlement").field, "settlement");
        let reported = report_outcome(api::ReportOutcomeRequest { fence: 1, ..Default::default() });
        assert_eq!(reported.expect_err("no outcome").field, "outcome");
        let rejected = reject(api::RejectCandidateRequest { etag: etag(), ..Default::default() });
        assert_eq!(rejected.expect_err("no reason").field, "reason");
    }

    #[test]
    fn conflicts_are_acknowledged_by_who_approves_and_by_nobody_else() {
        use api::settle_outcome_request::Settlement as Wire;
        let found = |settlement| api::SettleOutcomeRequest {
            etag: "r1".into(),
            settlement: Some(settlement),
            acknowledged_conflicts: vec!["workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".into()],
            ..Default::default()
        };
        assert!(settle(found(Wire::ApproveDigest(vec![7; 32]))).is_ok());
        let failed = api::Failure { class: api::FailureClass::Other.into(), ..Default::default() };
        let refused = settle(found(Wire::Failed(failed))).expect_err("nothing is approved");
        assert_eq!(refused.field, "acknowledged_conflicts");
    }

    #[test]
    fn a_field_deep_in_a_choice_is_named_with_its_path() {
        let outcome = api::report_outcome_request::Outcome::Failed(api::Failure::default());
        let reported =
            report_outcome(api::ReportOutcomeRequest { fence: 1, outcome: Some(outcome), ..Default::default() });
        assert_eq!(reported.expect_err("no class").field, "failed.class");
    }
}
