//! An oracle of who approves, and together with what. It remembers the last verdict that was given, and is written from the rules, not from
//! the code that it judges.

use countersign_api::name::CandidateName;
use service_kit::access::{PrincipalKind, Role};

use super::story::Story;
use crate::domain::*;

/// What the doorkeeper remembers.
#[derive(Debug, Default)]
pub struct Doorkeeper {
    approver_roles: Vec<Role>,
    bulk_allowed: bool,
    tier: Option<RiskTier>,
}

impl Doorkeeper {
    /// Watches one event that somebody made happen, having said that they saw these rivals; panics when they should not have.
    pub fn watch(&mut self, event: &Event, actor: &Actor, seen: &[CandidateName], story: &Story) {
        match &event.body {
            EventBody::CandidateProposed(facts) => self.take(&facts.policy, &facts.risk),
            EventBody::CandidateEdited(facts) => {
                assert_eq!(event.actor.kind(), PrincipalKind::Human, "C-9: a machine edited");
                self.take(&facts.policy, &facts.risk);
            }
            EventBody::ApprovalCollected(_) => self.watch_approver(event, actor, story),
            EventBody::CandidateApproved(facts) if facts.cause == ApprovalCause::StandingApproval => {
                assert_eq!(self.tier, Some(RiskTier::Low), "C-9: approved ahead, though not of low risk");
            }
            EventBody::CandidateApproved(facts) => {
                self.watch_approver(event, actor, story);
                for rival in &story.rivals {
                    assert!(seen.contains(&rival.candidate), "C-9: a conflict was approved unseen");
                    assert!(
                        facts.acknowledged_conflicts.contains(&rival.candidate),
                        "C-9: nobody will know that it was"
                    );
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, verdict: &PolicyVerdict, risk: &Risk) {
        assert!(self.tier <= Some(risk.tier), "C-9: the risk fell");
        self.approver_roles.clone_from(&verdict.approver_roles);
        self.bulk_allowed = verdict.bulk_allowed;
        self.tier = Some(risk.tier);
    }

    fn watch_approver(&self, event: &Event, actor: &Actor, story: &Story) {
        let Actor::Caller { id, roles } = actor else { panic!("C-10: the clock approved") };
        assert_eq!((id, id.kind()), (&event.actor, PrincipalKind::Human), "C-9: approved in another's name");
        assert!(roles.iter().any(|role| self.approver_roles.contains(role)), "C-9: no role that policy names");
        let singly = !self.bulk_allowed || self.tier == Some(RiskTier::High);
        assert!(!(story.in_batch && singly), "C-9: approved together with others");
    }
}
