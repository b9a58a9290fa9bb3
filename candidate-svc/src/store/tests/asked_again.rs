//! A request that is asked again in the very commit that changes its candidate is answered as before (C-6).

use super::shelf::Shelf;
use crate::domain::tests::{
    cast::{ANNA, RULES, actor},
    story::Story,
};

#[tokio::test]
async fn a_proposal_sent_again_while_it_is_approved_is_answered_as_before() {
    let shelf = Shelf::open().await;
    let mut story = Story::new();
    let changed = shelf.propose(&actor(RULES), "p", story.proposal()).await.expect("a candidate");
    story.candidate = Some((*changed.candidate).clone());
    let name = story.it().name.clone();

    // The writer runs only once both wait: it takes them into one commit, the approval first.
    let (reviewer, proposer) = (actor(ANNA), actor(RULES));
    let (approved, again) = tokio::join!(
        shelf.command(&reviewer, "a", &name, story.approve()),
        shelf.propose(&proposer, "p", story.proposal()),
    );
    assert_eq!(approved.expect("approved").candidate.revision, 2);
    let again = again.expect("answered as before");
    assert_eq!((&*again.candidate, again.replayed), (story.it(), true));
}

crate::tests::support::on_postgres!(a_proposal_sent_again_while_it_is_approved_is_answered_as_before,);
