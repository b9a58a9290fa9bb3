use super::plan::Plan;
use super::step::Step;
use super::story::Story;

/// The simulated people, all of them reviewers. They are enough that nobody of one run approves what they edited.
pub const PEOPLE: [&str; 4] =
    ["humans/simulated-avery", "humans/simulated-blake", "humans/simulated-casey", "humans/simulated-devon"];

/// Says who takes a step: everybody who touches a candidate before its approval is another than who approves it.
///
/// Worked example with the plan beginning at Blake: Blake edits, Casey approves; sent back by Blake, it is edited by Devon and approved by Casey again.
///
/// Runs with several seeds share the people, so whoever edited under another plan is passed over for an approval.
pub fn whose_turn(plan: &Plan, step: Step, story: &Story) -> usize {
    let turn = match step {
        Step::Approve => 1,
        Step::Edit if story.sent_back > 0 => 2,
        Step::Edit
        | Step::Reject(_)
        | Step::Hold
        | Step::Release
        | Step::Ask
        | Step::AddEvidence
        | Step::Assign
        | Step::SendBack(_) => 0,
    };
    let first = plan.first_person + turn;
    let mut in_turn = (first..first + PEOPLE.len()).map(|person| person % PEOPLE.len());
    let may = |person: &usize| step != Step::Approve || !story.editors.contains(PEOPLE[*person]);
    in_turn.find(may).unwrap_or(first % PEOPLE.len())
}
