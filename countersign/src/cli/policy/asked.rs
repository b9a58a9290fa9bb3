//! A review policy asked about candidates as exports tell them.

use candidate_svc::domain::{
    ActionTypeName, Confidence, ConfidenceLevel, Impact, PolicyCase, PolicyVerdict, ReviewPolicy, Risk, RiskTier,
};
use candidate_svc::policy::Policy;
use service_kit::access::PrincipalId;

/// A category of candidates, in the words of an export.
pub struct Asked<'a> {
    pub action_type: &'a str,
    /// Id of a generator or service, pseudonym of a person.
    pub proposer: &'a str,
    pub tier: RiskTier,
    /// Without the enum's prefix.
    pub confidence: &'a str,
}

/// Asks the policy, and says how sure the candidates are stated to be; none where this release does not know what they state.
pub fn verdict_on(policy: &Policy, asked: &Asked<'_>) -> Option<(PolicyVerdict, ConfidenceLevel)> {
    let action_type: ActionTypeName = asked.action_type.parse().ok()?;
    let level = match asked.confidence {
        "HIGH" => ConfidenceLevel::High,
        "MEDIUM" => ConfidenceLevel::Medium,
        "LOW" => ConfidenceLevel::Low,
        "NEEDS_REVIEW" | "(not stated)" => ConfidenceLevel::NeedsReview,
        _ => return None,
    };
    // People go by a pseudonym there, and no rule names people.
    let proposer: Option<PrincipalId> = asked.proposer.parse().ok();
    let verdict = policy.judge(PolicyCase {
        action_type: &action_type,
        proposer: proposer.as_ref(),
        // A policy looks at the tier alone; what would be touched is not in the figures.
        risk: &Risk { tier: asked.tier, impact: Impact::InternalNote, reasons: Vec::new() },
        confidence: &Confidence { level, ..Confidence::default() },
    });
    Some((verdict, level))
}
