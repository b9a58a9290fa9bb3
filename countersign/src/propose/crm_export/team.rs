use std::collections::HashMap;

use super::files::SALES_TEAMS;
use super::table::{RowPlace, UnusableTable, read_table};
use crate::propose::BrokenRow;

/// The columns of an agent, in the order in which [`Agent::cells`] has them.
pub const COLUMNS: [&str; 3] = ["sales_agent", "manager", "regional_office"];

/// A sales agent with their manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Where the row stands.
    pub place: RowPlace,
    /// Every cell as it was read, in the order of [`COLUMNS`].
    pub cells: [String; 3],
}

impl Agent {
    /// Returns the manager's name.
    pub fn manager(&self) -> &str {
        &self.cells[1]
    }
}

/// Reads the agents by name; broken rows are added to `broken`.
///
/// # Errors
/// When the file has not its columns.
pub fn read_agents(bytes: &[u8], broken: &mut Vec<BrokenRow>) -> Result<HashMap<String, Agent>, UnusableTable> {
    let mut agents: HashMap<String, Agent> = HashMap::new();
    for row in read_table(SALES_TEAMS, bytes, COLUMNS)? {
        let agent = match row {
            Ok(row) => Agent { place: row.place, cells: row.cells },
            Err(row) => {
                broken.push(row);
                continue;
            }
        };
        let empty = COLUMNS.iter().zip(&agent.cells).take(2).find(|(_, cell)| cell.trim().is_empty());
        if let Some((column, _)) = empty {
            broken.push(agent.place.broken(column, "it is empty"));
        } else if let Some(first) = agents.get(&agent.cells[0]) {
            let reason = format!("`{}` is on line {} already", agent.cells[0], first.place.line);
            broken.push(agent.place.broken("sales_agent", reason));
        } else {
            agents.insert(agent.cells[0].clone(), agent);
        }
    }
    Ok(agents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_one_manager() {
        let mut broken = Vec::new();
        let text = "sales_agent,manager,regional_office\nAnn Low,Mara Vey,East\nBo Tarn,,East\nAnn Low,Kit Orr,West\n";
        let agents = read_agents(text.as_bytes(), &mut broken).expect("a table");
        assert_eq!(agents["Ann Low"].manager(), "Mara Vey");
        assert_eq!(agents.len(), 1);
        let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
        assert_eq!(
            broken,
            [
                "sales_teams.csv line 3, column `manager`: it is empty",
                "sales_teams.csv line 4, column `sales_agent`: `Ann Low` is on line 2 already",
            ]
        );
    }
}
