//! What a payload must look like.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// A compiled JSON Schema (draft 2020-12) with the text it was compiled from. Cheap to clone.
#[derive(Clone)]
pub struct PayloadSchema {
    text: Arc<str>,
    validator: Arc<jsonschema::Validator>,
}

/// Says that a schema does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload schema does not compile at `{pointer}`: {reason}")]
pub struct SchemaError {
    /// JSON Pointer into the schema.
    pub pointer: String,
    /// Why.
    pub reason: String,
}

/// Says where and why a payload breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON Pointer into the payload.
    pub pointer: String,
    /// Why, without the payload's values.
    pub reason: String,
}

impl PayloadSchema {
    /// Compiles a schema. References that leave the schema are refused: nothing is fetched.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] names the place in the schema and the reason.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| SchemaError { pointer: error.instance_path().to_string(), reason: error.to_string() })?;
        Ok(Self { text: schema.to_string().into(), validator: Arc::new(validator) })
    }

    /// Returns the schema as JSON text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks a payload.
    ///
    /// # Errors
    ///
    /// The first [`SchemaViolation`] in the order of the schema.
    pub fn check(&self, payload: &Value) -> Result<(), SchemaViolation> {
        self.validator.validate(payload).map_err(|error| SchemaViolation {
            pointer: error.instance_path().to_string(),
            reason: error.masked().to_string(),
        })
    }
}

impl fmt::Debug for PayloadSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PayloadSchema").field(&self.text).finish()
    }
}
