use comfy_table::{ContentArrangement, Table, presets};

use super::visible;

/// Lays out rows under a head, as wide as the terminal allows.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = bare();
    table.set_header(head);
    for row in rows {
        table.add_row(row.map(|cell| visible(&cell)));
    }
    trimmed(&table)
}

/// Lays out names and values, a line each.
pub fn facts<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = bare();
    for (name, value) in rows {
        table.add_row([name.to_owned(), visible(&value)]);
    }
    trimmed(&table)
}

fn bare() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// Takes the padding away that stands before and behind every line.
fn trimmed(table: &Table) -> String {
    table
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads() {
        let text = table(["id", "state"], [["9a55".into(), "PROPOSED".into()], ["1".into(), "HELD".into()]]);
        assert_eq!(text, "id    state\n9a55  PROPOSED\n1     HELD");
    }

    #[test]
    fn facts_have_no_head() {
        assert_eq!(facts([("size", "7".to_owned()), ("root", "ab".to_owned())]), "size  7\nroot  ab");
    }
}
