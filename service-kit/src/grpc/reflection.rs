use tonic::service::RoutesBuilder;
use tonic_reflection::server::Builder;

const BUILT_TOGETHER: &str = "the descriptors were written by the build that uses them";

/// Adds reflection, in both of its versions, over the whole contract, health and the details of errors.
pub(super) fn add(routes: &mut RoutesBuilder) {
    routes.add_service(describe().build_v1().expect(BUILT_TOGETHER));
    routes.add_service(describe().build_v1alpha().expect(BUILT_TOGETHER));
}

fn describe() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(countersign_api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
