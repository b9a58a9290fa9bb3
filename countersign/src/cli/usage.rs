//! What is said of a command line that is wrong.

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::error::ErrorKind;
use serde_json::json;

use crate::exit::Exit;

/// Says what is wrong with a command line, or prints the help that it asks for; returns how the process ends.
pub fn say(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    // Nobody is left to hear that it could not be printed.
    if exit == Exit::Usage && arguments.iter().any(|argument| argument == "--json") {
        let _ = writeln!(io::stderr().lock(), "{}", to_json(error));
    } else {
        let _ = error.print();
    }
    exit
}

/// Returns it as `--json` shows every failure. A command that is missing is answered by the help it stands in.
fn to_json(error: &clap::Error) -> serde_json::Value {
    let text = error.render().to_string();
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing",
        _ => text.split("\n\nUsage:").next().unwrap_or_default(),
    };
    let message =
        message.trim().trim_start_matches("error: ").trim_end_matches("\n\nFor more information, try '--help'.");
    json!({
        "error": { "message": message, "mend": "`--help` of the command shows how it is written" },
        "exit_code": Exit::Usage.code(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    #[test]
    fn a_wrong_command_line_is_one_object_too() {
        for (arguments, named) in [
            (vec!["countersign", "candidate", "list", "--limit", "0", "--json"], "--limit"),
            (vec!["countersign", "candidate", "approve"], "<ID>"),
            (vec!["countersign", "ledgr"], "ledgr"),
            (vec!["countersign", "ledger"], "a command is missing"),
        ] {
            let error = command().try_get_matches_from(arguments).expect_err("wrong");
            let json = to_json(&error);
            assert_eq!(json["exit_code"], 2);
            let message = json["error"]["message"].as_str().expect("a message");
            assert!(message.contains(named) && !message.contains("Usage:") && !message.contains("--help"), "{message}");
        }
    }
}
