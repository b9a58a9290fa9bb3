//! A file is one idea, never over 500 lines, tests apart.

use crate::tree::SourceFile;

/// The most lines that a file may have before its tests.
const MOST_LINES: usize = 500;

/// Names every file that is too long.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| !file.is_test())
        .map(|file| (file, file.code().lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines, at most {MOST_LINES}; split it by idea", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_and_its_tests_do_not_count() {
        let file = |text: String| SourceFile { path: "a/src/b.rs".to_owned(), text };
        let long = "\n".repeat(MOST_LINES + 1);
        assert_eq!(check(&[file(long.clone())]).len(), 1);
        assert_eq!(check(&[file(format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{{long}"))]).len(), 0);
    }
}
