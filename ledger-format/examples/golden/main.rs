//! Writes the golden vectors of one recorded approval to standard output.
//!
//! ```sh
//! cargo run -p ledger-format --example golden > ledger-format/testdata/recorded_approval.json
//! ```

mod story;

use std::error::Error;
use std::io::{Write, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let text = serde_json::to_string_pretty(&story::tell()?)?;
    writeln!(stdout(), "{text}")?;
    Ok(())
}
