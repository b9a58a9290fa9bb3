use clap::Command;

/// The heading of options that every command takes.
pub const EVERYWHERE: &str = "Options of every command";

const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}\n";

/// Puts what a command is for and its examples before everything else, for it and all below it.
pub fn examples_first(command: Command) -> Command {
    command.help_template(TEMPLATE).mut_subcommands(examples_first)
}
