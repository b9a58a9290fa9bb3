//! Who approves ahead, what for, and within which bounds.

use service_kit::access::Role;

use super::cast::{ANNA, EXECUTOR, RULES, actor, actor_as, person, principal};
use super::standing::{on_the_light_path, standing};
use super::story::Story;
use crate::domain::limits::{
    AUDIT_MAX_PER_MILLE, AUDIT_MIN_PER_MILLE, STANDING_APPROVAL_MAX_SECS, STANDING_APPROVAL_MAX_USES,
};
use crate::domain::*;

fn asked(story: &Story) -> GrantStandingApproval {
    let standing = standing(story, RULES);
    GrantStandingApproval {
        name: standing.name,
        category: Category {
            action_type: standing.action_type,
            proposer: standing.proposer,
            records: "crm/deal".parse().expect("a prefix"),
        },
        use_limit: 50,
        audit_per_mille: 100,
        valid_until: standing.valid_until,
        reason: standing.reason,
    }
}

#[test]
fn whoever_may_approve_such_candidates_one_by_one_gives_one() {
    let story = on_the_light_path();
    let anna = actor_as(ANNA, &[Role::Reviewer, Role::Auditor]);
    let given = grant(asked(&story), &story.context(&anna)).expect("given");
    assert_eq!((given.revision, given.uses, given.audits, given.entry_index), (1, 0, 0, None));
    assert_eq!((given.granted_by, given.granted_at), (person(ANNA), story.now));
    assert_eq!(given.granted_as, [Role::Reviewer, Role::Auditor]);
    assert!(given.revocation.is_none());
}

#[test]
fn who_may_not_approve_one_by_one_gives_none() {
    let story = on_the_light_path();
    for id in [RULES, EXECUTOR] {
        let refused = grant(asked(&story), &story.context(&actor_as(id, &[Role::Reviewer])));
        let reason = NotEntitled::NotAPerson(principal(id));
        assert_eq!(refused, Err(Refusal::NotEntitled { verb: Verb::Approve, reason }));
    }
    assert!(grant(asked(&story), &story.context(&Actor::Clock)).is_err(), "time gives nothing ahead");
    let auditor = actor_as(ANNA, &[Role::Auditor]);
    assert!(matches!(grant(asked(&story), &story.context(&auditor)), Err(Refusal::NotEntitled { .. })));

    let mut managers = on_the_light_path();
    managers.verdict.approver_roles = vec![Role::Manager];
    let refused = grant(asked(&managers), &managers.context(&actor(ANNA)));
    let reason = NotEntitled::ApproverRoleMissing { wanted: vec![Role::Manager] };
    assert_eq!(refused, Err(Refusal::NotEntitled { verb: Verb::Approve, reason }));

    let mut own = asked(&story);
    own.category.proposer = principal(ANNA);
    let refused = grant(own, &story.context(&actor(ANNA)));
    let reason = NotEntitled::OwnProposal(person(ANNA));
    assert_eq!(refused, Err(Refusal::NotEntitled { verb: Verb::Approve, reason }));
}

#[test]
fn what_policy_has_a_person_look_at_is_never_approved_ahead() {
    type Twist = fn(&mut Story);
    let twists: [(&str, Twist); 5] = [
        ("light path", |story| story.verdict.path = ReviewPath::Standard),
        ("light path", |story| story.verdict.path = ReviewPath::Strict),
        ("`2` people", |story| story.verdict.quorum = 2),
        ("`APPROVAL_REQUIRED`", |story| story.action_type.default_risk_tier = RiskTier::ApprovalRequired),
        ("`HIGH`", |story| story.action_type.least_risk_tier = RiskTier::High),
    ];
    for (part, apply) in twists {
        let mut story = on_the_light_path();
        apply(&mut story);
        let refused = grant(asked(&story), &story.context(&actor(ANNA))).expect_err(part);
        assert!(matches!(refused, Refusal::NotAhead { .. }), "{refused}");
        assert!(refused.to_string().contains(part), "{refused}");
    }
}

#[test]
fn a_grant_is_bounded() {
    type Change = fn(&mut GrantStandingApproval, u32);
    let story = on_the_light_path();
    let last = story.now.plus_secs(STANDING_APPROVAL_MAX_SECS);
    let numbers: [(Change, u32, u32); 2] = [
        (|asked, number| asked.use_limit = number, 1, STANDING_APPROVAL_MAX_USES),
        (|asked, number| asked.audit_per_mille = number, AUDIT_MIN_PER_MILLE, AUDIT_MAX_PER_MILLE),
    ];
    let judged = |change: &dyn Fn(&mut GrantStandingApproval)| {
        let mut asked = asked(&story);
        change(&mut asked);
        grant(asked, &story.context(&actor(ANNA)))
    };
    for (change, least, most) in numbers {
        for (number, fits) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
            assert_eq!(judged(&|asked| change(asked, number)).is_ok(), fits, "{number}");
        }
    }
    for (until, fits) in [(story.now, false), (story.now.plus_ms(1), true), (last, true), (last.plus_ms(1), false)] {
        assert_eq!(judged(&|asked| asked.valid_until = until).is_ok(), fits, "{until}");
    }
    assert!(judged(&|asked| asked.reason = " ".into()).is_err(), "why, in words");
}
