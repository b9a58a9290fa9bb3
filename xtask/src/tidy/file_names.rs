//! A file's name says its idea.

use crate::tree::SourceFile;

const SAY_NOTHING: [&str; 7] = ["utils", "util", "common", "helpers", "misc", "types", "manager"];

/// Names every file or folder whose name says nothing.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.path.trim_end_matches(".rs").split('/').any(|part| SAY_NOTHING.contains(&part)))
        .map(|file| format!("{}: the name says nothing; name the idea", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_name_is_found_in_any_part_of_the_path() {
        let file = |path: &str| SourceFile { path: path.to_owned(), text: String::new() };
        assert_eq!(check(&[file("a/src/utils.rs"), file("a/src/common/x.rs"), file("a/src/leaf.rs")]).len(), 2);
    }
}
