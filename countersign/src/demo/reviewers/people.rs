use super::plan::Plan;
use super::step::Step;

/// The simulated people, all of them reviewers. They are enough that nobody ever approves what they edited, also after a rework.
pub const PEOPLE: [&str; 4] =
    ["humans/simulated-avery", "humans/simulated-blake", "humans/simulated-casey", "humans/simulated-devon"];

/// Says who takes a step: everybody who touches a candidate before its approval is another than who approves it.
///
/// Worked example with the plan beginning at Blake: Blake edits, Casey approves; sent back by Blake, it is edited by Devon and approved by Casey again.
pub fn whose_turn(plan: &Plan, step: Step, sent_back: u32) -> usize {
    let turn = match step {
        Step::Approve => 1,
        Step::Edit if sent_back > 0 => 2,
        Step::Edit
        | Step::Reject(_)
        | Step::Hold
        | Step::Release
        | Step::Ask
        | Step::AddEvidence
        | Step::Assign
        | Step::SendBack(_) => 0,
    };
    (plan.first_person + turn) % PEOPLE.len()
}
