use clap::Command;

use super::*;

/// Calls `see` with every command and its path, such as `countersign candidate show`.
fn walk(command: &Command, path: &str, see: &mut impl FnMut(&str, &Command)) {
    let path = format!("{path} {}", command.get_name()).trim().to_owned();
    see(&path, command);
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        walk(below, &path, see);
    }
}

fn examples_of(command: &Command) -> Vec<String> {
    let text = command.get_before_help().map(ToString::to_string).unwrap_or_default();
    text.lines().filter(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

/// Splits an example as a shell would, which here means: single quotes hold words together.
fn words(example: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in example.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().expect("it begins with one").push(letter),
        }
    }
    words
}

#[test]
fn the_command_line_is_well_formed() {
    command().debug_assert();
}

#[test]
fn every_command_begins_its_help_with_examples_that_parse() {
    walk(&command(), "", &mut |path, found| {
        let examples = examples_of(found);
        assert!(!examples.is_empty(), "`{path}` has no example");
        for example in examples {
            // What follows a pipe or a redirection is the shell's.
            let own = example.split(['|', '>']).find(|part| part.trim().starts_with("countersign")).unwrap_or_default();
            let parsed = command().try_get_matches_from(words(own.trim()));
            assert!(parsed.is_ok(), "`{path}`: `{example}` does not parse: {}", parsed.expect_err("checked"));
            assert!(own.trim().starts_with(path), "`{path}`: `{example}` is of another command");
        }
    });
}

#[test]
fn every_command_is_in_the_documentation() {
    let page = include_str!("../../../docs/cli.md");
    walk(&command(), "", &mut |path, found| {
        if !found.has_subcommands() {
            assert!(page.contains(&format!("`{path}`")), "docs/cli.md does not name `{path}`");
        }
        for option in found.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{option}")), "docs/cli.md does not name `--{option}` of `{path}`");
        }
    });
}

#[test]
fn help_says_first_what_a_command_is_for_and_shows_examples() {
    let mut approve = command();
    let approve = approve.find_subcommand_mut("candidate").and_then(|found| found.find_subcommand_mut("approve"));
    let help = approve.expect("there is such a command").render_help().to_string();
    let (about, rest) = help.split_once("\n\n").expect("several paragraphs");
    assert!(about.starts_with("Approves"), "{help}");
    assert!(rest.starts_with("Examples:"), "{help}");
}

/// The help as people read it: a changed word is a changed line.
#[test]
fn the_help_stays_as_it_is() {
    let mut pages = Vec::new();
    walk(&command(), "", &mut |path, found| {
        let help = found.clone().term_width(110).render_help().to_string();
        // The options of every command would stand there thirty times.
        let own = help.split("\nOptions of every command:").next().unwrap_or_default();
        pages.push(format!("$ {path} --help\n{}\n", own.trim_end()));
    });
    insta::assert_snapshot!(pages.join("\n"));
}
