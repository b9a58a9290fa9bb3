use crate::output::visible;

/// The width of the column of names, in characters.
const NAME_WIDTH: usize = 18;

/// Text in sections of named values. A section without a value is left out.
#[derive(Debug)]
pub struct Page {
    text: String,
    heading: Option<&'static str>,
}

impl Page {
    /// Begins with a line that says what it is about.
    pub fn new(first_line: &str) -> Self {
        Self { text: format!("{}\n", visible(first_line)), heading: None }
    }

    /// Begins a section, once something is put into it.
    pub fn section(&mut self, heading: &'static str) {
        self.heading = Some(heading);
    }

    /// Puts a named value; nothing when it is empty. Further lines of the value stand under its first.
    pub fn put(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        self.begin();
        let shown = visible(value);
        for (number, line) in shown.lines().enumerate() {
            let name = if number == 0 { visible(name) } else { String::new() };
            self.line(&format!("{name:<NAME_WIDTH$} {line}"));
        }
    }

    /// Puts several values under one name, a line each.
    pub fn put_all(&mut self, name: &str, values: &[String]) {
        self.put(name, &values.join("\n"));
    }

    /// Puts a line as it is, apart from what would hide or steer.
    pub fn put_line(&mut self, line: &str) {
        self.begin();
        let shown = visible(line);
        self.line(&shown);
    }

    /// Returns the text without a trailing line break.
    pub fn finish(self) -> String {
        self.text.trim_end().to_owned()
    }

    fn begin(&mut self) {
        if let Some(heading) = self.heading.take() {
            self.text.push('\n');
            self.text.push_str(heading);
            self.text.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str("  ");
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_leaves_no_trace() {
        let mut page = Page::new("9a55");
        page.section("Nothing");
        page.put("name", "");
        page.section("Something");
        page.put("name", "two\nlines");
        assert_eq!(page.finish(), "9a55\n\nSomething\n  name               two\n                     lines");
    }
}
