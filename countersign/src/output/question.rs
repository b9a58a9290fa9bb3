use std::io::{self, BufRead as _, Write as _};

use crate::failure::Failure;

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// Anything else.
    No,
}

/// Asks a yes-or-no question on standard error and reads the answer from standard input. Only a clear yes is one.
///
/// # Errors
/// [`Failure::Fault`] when standard input cannot be read.
pub fn ask(question: &str) -> Result<Answer, Failure> {
    let mut err = io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(read_answer(&line))
}

fn read_answer(line: &str) -> Answer {
    match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "Y", " yes \n"] {
            assert_eq!(read_answer(yes), Answer::Yes, "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yess", "ok", "1"] {
            assert_eq!(read_answer(no), Answer::No, "{no:?}");
        }
    }
}
