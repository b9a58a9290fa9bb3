//! Planted bugs: patches that break a promise on purpose, each with the test that must notice.
//!
//! `tests/planted/*.patch` stay applicable, so that they keep meaning something: [`check`] holds that in every run. [`run`] plants them one
//! after the other in a copy of the tree and lets the suite look for them.

mod patch;
mod scratch;
mod suite;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::bail;
use patch::PlantedBug;
use scratch::Scratch;
use suite::Outcome;

/// Names every patch that does not apply, or that does not say what it breaks and which test notices.
pub fn check(root: &Path, names: &[String]) -> anyhow::Result<Vec<String>> {
    let (bugs, mut findings) = chosen(root, names)?;
    for bug in &bugs {
        if let Err(reason) = patch::apply(root, &bug.path, patch::Mode::Try) {
            findings.push(format!("{}: it does not apply any more: {reason}", bug.shown()));
        }
    }
    Ok(findings)
}

/// Plants each bug and runs the tests that it names; names every bug that nothing noticed. Prints a table on the way.
pub fn run(root: &Path, names: &[String]) -> anyhow::Result<Vec<String>> {
    let (bugs, mut findings) = chosen(root, names)?;
    let scratch = Scratch::new(root);
    sound_tree(&scratch, &bugs)?;
    let width = bugs.iter().map(|bug| bug.name.len()).max().unwrap_or(0);
    for bug in &bugs {
        match plant(&scratch, bug)? {
            None => println!("{:<width$}  caught by {}", bug.name, bug.caught_by.join(", ")),
            Some(missed) => {
                println!("{:<width$}  NOT CAUGHT", bug.name);
                findings.push(format!("{}: {missed}", bug.shown()));
            }
        }
    }
    scratch.restore()?;
    Ok(findings)
}

/// Plants one bug and lets the suite look for it; says why it was not caught, if it was not.
fn plant(scratch: &Scratch, bug: &PlantedBug) -> anyhow::Result<Option<String>> {
    scratch.restore()?;
    if let Err(reason) = patch::apply(scratch.tree(), &bug.path, patch::Mode::Apply) {
        return Ok(Some(format!("it does not apply any more: {reason}")));
    }
    Ok(match suite::run(scratch, &bug.run)? {
        Outcome::Passed => Some("nothing noticed".to_owned()),
        Outcome::Broken(words) => Some(format!("the tests could not run:\n{words}")),
        Outcome::Failed(failed) => {
            let blind = bug.caught_by.iter().find(|test| !failed.contains(*test));
            blind.map(|test| format!("`{test}` did not notice; noticed by {failed:?}"))
        }
    })
}

/// A test that fails without any bug would seem to catch every one of them.
fn sound_tree(scratch: &Scratch, bugs: &[PlantedBug]) -> anyhow::Result<()> {
    scratch.restore()?;
    for run in bugs.iter().map(|bug| &bug.run).collect::<BTreeSet<_>>() {
        match suite::run(scratch, run)? {
            Outcome::Passed => {}
            Outcome::Failed(tests) => bail!("`{run}` fails without any bug planted: {tests:?}"),
            Outcome::Broken(words) => bail!("`{run}` does not run without any bug planted:\n{words}"),
        }
    }
    Ok(())
}

/// Reads the patches of these names, or all; and says what is wrong with their headers.
fn chosen(root: &Path, names: &[String]) -> anyhow::Result<(Vec<PlantedBug>, Vec<String>)> {
    let (mut bugs, findings) = patch::read_all(root)?;
    for name in names {
        if !bugs.iter().any(|bug| bug.name == *name) {
            bail!("tests/planted/{name}.patch is not there or not well formed");
        }
    }
    bugs.retain(|bug| names.is_empty() || names.contains(&bug.name));
    if bugs.is_empty() {
        bail!("tests/planted/ holds no patch");
    }
    Ok((bugs, findings))
}
