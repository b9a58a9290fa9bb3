//! Generated from `proto/`, a module per package.

macro_rules! package {
    ($name:ident, $file:literal, $doc:literal) => {
        #[doc = $doc]
        pub mod $name {
            /// Version 1.
            #[expect(clippy::allow_attributes, reason = "which lints generated code offends differs by package")]
            #[allow(warnings, clippy::all, clippy::pedantic, reason = "generated; the comments are the proto files'")]
            #[allow(clippy::allow_attributes, clippy::allow_attributes_without_reason, reason = "generated")]
            pub mod v1 {
                tonic::include_proto!($file);
            }
        }
    };
}

package!(access, "countersign.access.v1", "Bearer tokens.");
package!(candidate, "countersign.candidate.v1", "Triggers, candidates, decisions, executions.");
package!(error, "countersign.error.v1", "Reasons of refusals.");
package!(feedback, "countersign.feedback.v1", "Reports.");
package!(ledger, "countersign.ledger.v1", "Entries, checkpoints, proofs.");
package!(r#type, "countersign.r#type.v1", "Principals.");
