use std::{collections::BTreeMap, sync::Arc};

use super::{Connector, Operation};

/// Which connector performs which operation; clones share the connectors.
#[derive(Debug, Clone, Default)]
pub struct Connectors {
    connectors: Vec<Arc<dyn Connector>>,
    /// Each operation with the position of its connector.
    by_operation: BTreeMap<&'static str, (Operation, usize)>,
}

/// Two connectors claim one operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("operation `{operation}` is offered by `{first}` and by `{second}`; register one of them")]
pub struct OperationTaken {
    /// The operation.
    pub operation: &'static str,
    /// The system that was registered first.
    pub first: &'static str,
    /// The system that was refused.
    pub second: &'static str,
}

impl Connectors {
    /// Starts without connectors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a connector with all of its operations.
    ///
    /// # Errors
    ///
    /// When one of its operations is performed by another connector already: an operation has one meaning.
    pub fn register(mut self, connector: Arc<dyn Connector>) -> Result<Self, OperationTaken> {
        let position = self.connectors.len();
        for &operation in connector.operations() {
            if let Some((_, taken)) = self.by_operation.insert(operation.name, (operation, position)) {
                let second = connector.system();
                let first = self.connectors.get(taken).map_or(second, |connector| connector.system());
                return Err(OperationTaken { operation: operation.name, first, second });
            }
        }
        self.connectors.push(connector);
        Ok(self)
    }

    /// Lists the names of all operations, sorted.
    pub fn operation_names(&self) -> impl Iterator<Item = &'static str> {
        self.by_operation.keys().copied()
    }

    /// Tells whether repeating the operation under one idempotency key is safe; never for an unknown one.
    pub fn is_retry_safe(&self, operation: &str) -> bool {
        self.by_operation.get(operation).is_some_and(|(operation, _)| operation.retry_safe)
    }

    pub(crate) fn find(&self, operation: &str) -> Option<&Arc<dyn Connector>> {
        self.by_operation.get(operation).map(|&(_, position)| &self.connectors[position])
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::connector::{Call, Done, Failed};

    #[derive(Debug)]
    struct Offers(&'static str, Vec<Operation>);

    #[async_trait]
    impl Connector for Offers {
        fn system(&self) -> &'static str {
            self.0
        }

        fn operations(&self) -> &[Operation] {
            &self.1
        }

        async fn execute(&self, _: &Call) -> Result<Done, Failed> {
            Err(Failed::Unknown { message: "never called here".to_owned() })
        }
    }

    fn offers(system: &'static str, names: &[(&'static str, bool)]) -> Arc<Offers> {
        let operations = names.iter().map(|&(name, retry_safe)| Operation { name, retry_safe }).collect();
        Arc::new(Offers(system, operations))
    }

    #[test]
    fn an_operation_is_found_with_its_connector() {
        let connectors = Connectors::new()
            .register(offers("crm", &[("create_task", true), ("send_letter", false)]))
            .and_then(|connectors| connectors.register(offers("erp", &[("book", true)])))
            .expect("no operation is offered twice");
        assert_eq!(connectors.operation_names().collect::<Vec<_>>(), ["book", "create_task", "send_letter"]);
        assert_eq!(connectors.find("book").map(|connector| connector.system()), Some("erp"));
        assert!(connectors.find("dance").is_none());
        assert!(connectors.is_retry_safe("create_task"));
        assert!(!connectors.is_retry_safe("send_letter"));
        assert!(!connectors.is_retry_safe("dance"));
    }

    #[test]
    fn an_operation_offered_twice_is_refused_by_name() {
        let refused = Connectors::new()
            .register(offers("crm", &[("create_task", true)]))
            .and_then(|connectors| connectors.register(offers("erp", &[("book", true), ("create_task", true)])))
            .expect_err("both offer create_task");
        assert_eq!(refused, OperationTaken { operation: "create_task", first: "crm", second: "erp" });
    }
}
