use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Reads a policy's file.
///
/// # Errors
/// [`Failure::Unreachable`] naming the file.
pub fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::file(file, error))
}
