use std::{collections::BTreeMap, fmt, sync::LazyLock};

use prost::Message;
use prost_types::FileDescriptorSet;

/// An rpc of the contract, by the name that policy, logs and metrics use for it: its gRPC path without the first slash,
/// such as `countersign.ledger.v1.LedgerService/GetEntry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rpc(&'static str);

impl Rpc {
    /// Returns every rpc of the contract, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        CONTRACT.keys().map(|name| Self(name))
    }

    /// Finds the rpc of a gRPC path; none when the contract has no such rpc.
    pub fn at(path: &str) -> Option<Self> {
        CONTRACT.get_key_value(path.strip_prefix('/')?).map(|(name, _)| Self(name))
    }

    /// Returns the name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Tells whether it has one request and one answer.
    pub fn is_unary(self) -> bool {
        CONTRACT[self.0]
    }
}

impl fmt::Display for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Tells whether a gRPC path needs no token: health and reflection, which say nothing about any record.
pub(crate) fn is_open(path: &str) -> bool {
    const OPEN: [&str; 3] = [
        "/grpc.health.v1.Health/",
        "/grpc.reflection.v1.ServerReflection/",
        "/grpc.reflection.v1alpha.ServerReflection/",
    ];
    OPEN.iter().any(|service| path.starts_with(service))
}

/// Every rpc by its name, and whether it is unary.
static CONTRACT: LazyLock<BTreeMap<String, bool>> = LazyLock::new(|| {
    let contract = FileDescriptorSet::decode(countersign_api::FILE_DESCRIPTOR_SET)
        .expect("the descriptors are those that the generated code was made from");
    let mut rpcs = BTreeMap::new();
    for file in &contract.file {
        for service in &file.service {
            for rpc in &service.method {
                let name = format!("{}.{}/{}", file.package(), service.name(), rpc.name());
                rpcs.insert(name, !rpc.client_streaming() && !rpc.server_streaming());
            }
        }
    }
    rpcs
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rpc_is_found_by_its_path_and_by_nothing_else() {
        let found = Rpc::at("/countersign.ledger.v1.LedgerService/GetEntry").expect("in the contract");
        assert_eq!(found.name(), "countersign.ledger.v1.LedgerService/GetEntry");
        for path in [
            "",
            "/",
            "countersign.ledger.v1.LedgerService/GetEntry",
            "/countersign.ledger.v1.LedgerService/Truncate",
            "/countersign.ledger.v1.LedgerService/GetEntry/",
            "/grpc.health.v1.Health/Check",
        ] {
            assert_eq!(Rpc::at(path), None, "{path}");
        }
    }

    #[test]
    fn streams_are_told_from_unary_rpcs() {
        let is_unary = |path| Rpc::at(path).expect("in the contract").is_unary();
        assert!(is_unary("/countersign.access.v1.TokenService/CreateToken"));
        assert!(!is_unary("/countersign.candidate.v1.ProposalService/StreamProposals"));
        assert!(!is_unary("/countersign.candidate.v1.ExecutionService/ClaimExecutions"));
    }

    #[test]
    fn health_and_reflection_are_open_and_nothing_else_is() {
        assert!(is_open("/grpc.health.v1.Health/Check"));
        assert!(!is_open("/grpc.health.v1.HealthX/Check"));
        assert!(Rpc::all().all(|rpc| !is_open(&format!("/{rpc}"))));
    }
}
