//! Leads a candidate into a state, with a caller who has some relation to it.

use service_kit::access::Role;

use super::oracle::Relation;
use crate::domain::tests::cast::{actor_as, person};
use crate::domain::tests::standing::{offer, standing};
use crate::domain::tests::story::{LEASE_MS, Story};
use crate::domain::*;

/// Every state, and the variants of one that differ in what is legal. The name of the state comes first.
pub(super) const STATES: [&str; 15] = [
    "PROPOSED",
    "NEEDS_EVIDENCE",
    "NEEDS_OWNER",
    "EDITED",
    "HELD",
    "APPROVED",
    "APPROVED in doubt",
    "EXECUTING",
    "EXECUTED",
    "FAILED",
    "OUTCOME_UNKNOWN",
    "REWORK",
    "REJECTED",
    "WITHDRAWN",
    "EXPIRED",
];

/// Who plays which part.
struct Cast {
    proposer: String,
    owner: String,
    editor: Option<String>,
    approver: String,
    /// Whoever approved everything of this proposer ahead.
    giver: Option<String>,
    executor: String,
}

const CLERK: &str = "humans/clerk";

/// Tells the story up to a state. None when nobody can have that relation to a candidate in that state.
pub(super) fn story(state: &str, relation: Option<Relation>, who: &str, verdict: &PolicyVerdict) -> Option<Story> {
    let mut cast = Cast {
        proposer: "generators/rules".into(),
        owner: "humans/owner".into(),
        editor: None,
        approver: "humans/approver".into(),
        giver: None,
        executor: "services/executor".into(),
    };
    match relation {
        None => {}
        Some(Relation::OwnProposal) => cast.proposer = who.into(),
        Some(Relation::OwnEdit) => cast.editor = Some(who.into()),
        Some(Relation::Owner) => cast.owner = who.into(),
        Some(Relation::ApprovedAlready) => cast.approver = who.into(),
        Some(Relation::GaveAhead) => cast.giver = Some(who.into()),
        Some(Relation::ClaimHolder) => cast.executor = who.into(),
    }
    let possible = match relation {
        None | Some(Relation::OwnProposal) => true,
        Some(Relation::OwnEdit) => state != "PROPOSED",
        Some(Relation::Owner) => state != "NEEDS_OWNER",
        // A failure, a loss and rework use up the approvals that there were; an ending keeps none to take back.
        Some(Relation::ApprovedAlready) => {
            matches!(
                state,
                "PROPOSED" | "EDITED" | "HELD" | "APPROVED" | "APPROVED in doubt" | "EXECUTING" | "EXECUTED"
            )
        }
        Some(Relation::GaveAhead) => matches!(state, "APPROVED" | "APPROVED in doubt" | "EXECUTING" | "EXECUTED"),
        Some(Relation::ClaimHolder) => {
            matches!(state, "APPROVED in doubt" | "EXECUTING" | "EXECUTED" | "FAILED" | "OUTCOME_UNKNOWN" | "REWORK")
        }
    };
    possible.then(|| cast.lead(state, relation == Some(Relation::ApprovedAlready), verdict))
}

impl Cast {
    fn lead(&self, state: &str, approved_once: bool, verdict: &PolicyVerdict) -> Story {
        let mut story = Story::new();
        story.verdict = verdict.clone();
        let waits = matches!(state, "PROPOSED" | "EDITED" | "HELD");
        if approved_once && waits {
            story.verdict.quorum = 2;
        }
        let owner = (state != "NEEDS_OWNER").then(|| person(&self.owner));
        let mut proposal = Propose { owner, ..story.proposal() };
        if let Some(giver) = &self.giver {
            story.verdict.path = ReviewPath::Light;
            story.verdict.quorum = 1;
            proposal.proposal.confidence.level = ConfidenceLevel::High;
            let granted_as = story.verdict.approver_roles.clone();
            let given = standing(&story, &self.proposer);
            proposal.standing = offer(StandingApproval { granted_by: person(giver), granted_as, ..given });
        }
        story.propose_as(&actor_as(&self.proposer, &[Role::Proposer]), proposal).expect("a proposal");
        let editor = self.editor.as_deref().or((state == "EDITED").then_some(CLERK));
        if let Some(editor) = editor {
            if state == "NEEDS_OWNER" {
                // What has no owner is edited under a hold alone, and finds none by that.
                let hold = story.hold(None, false);
                tell(&mut story, CLERK, Role::Reviewer, &hold);
            }
            let edit = story.edit_due("2026-12-01");
            tell(&mut story, editor, Role::Reviewer, &edit);
        }
        if approved_once && waits {
            self.approve(&mut story);
        }
        self.go_on(&mut story, state);
        assert_eq!(Some(story.state().as_str()), state.split(' ').next());
        story
    }

    fn go_on(&self, story: &mut Story, state: &str) {
        let executor = |story: &mut Story, command: Command| tell(story, &self.executor, Role::Executor, &command);
        let clerk = |story: &mut Story, command: Command| tell(story, CLERK, Role::Reviewer, &command);
        match state {
            "NEEDS_EVIDENCE" => clerk(story, story.request_evidence(&[])),
            "HELD" => {
                let until = story.now.plus_secs(60);
                clerk(story, story.hold(Some(until), false));
                story.pass_ms(60_000);
            }
            "APPROVED" => self.approve(story),
            "APPROVED in doubt" => {
                self.execute(story);
                executor(story, story.lose_track());
                story.pass_ms(LEASE_MS);
            }
            "EXECUTING" => self.execute(story),
            "EXECUTED" => {
                self.execute(story);
                executor(story, story.report_success());
            }
            "FAILED" => {
                self.execute(story);
                executor(story, story.report_failure(false));
            }
            "OUTCOME_UNKNOWN" => {
                story.action_type.retry_safe = false;
                self.execute(story);
                executor(story, story.lose_track());
            }
            "REWORK" => {
                self.go_on(story, "EXECUTED");
                clerk(story, story.send_back());
            }
            "REJECTED" => clerk(story, story.reject()),
            "WITHDRAWN" => tell(story, &self.proposer, Role::Proposer, &story.withdraw()),
            "EXPIRED" => {
                story.pass_unheeded();
                story.tell_clock(Command::Expire);
            }
            "PROPOSED" | "NEEDS_OWNER" | "EDITED" => {}
            other => panic!("no way leads to {other}"),
        }
    }

    fn approve(&self, story: &mut Story) {
        if self.giver.is_some() {
            return;
        }
        let role = story.verdict.approver_roles[0];
        let approve = story.approve();
        tell(story, &self.approver, role, &approve);
    }

    fn execute(&self, story: &mut Story) {
        self.approve(story);
        let claim = story.claim();
        tell(story, &self.executor, Role::Executor, &claim);
    }
}

fn tell(story: &mut Story, who: &str, role: Role, command: &Command) {
    story.attempt(&actor_as(who, &[role]), command).unwrap_or_else(|refusal| panic!("{who}: {refusal}"));
}
