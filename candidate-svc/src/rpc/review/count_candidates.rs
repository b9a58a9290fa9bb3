use countersign_api::candidate::v1::{CountCandidatesRequest, CountCandidatesResponse, Facet, FacetCount, ValueCount};
use tonic::{Request, Response, Status};

use super::turns;
use crate::{
    listing::{condition::TextField, count::FieldCount, filter, page::ListingError},
    rpc::Parts,
    wire::FieldError,
};

/// Counts candidates by the values of a few fields.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<CountCandidatesRequest>,
) -> Result<Response<CountCandidatesResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let now = parts.now();
    let condition = filter::parse(&request.filter, now).map_err(ListingError::from)?;
    let facets = read_facets(&request.facets)?;
    let condition = turns::resolve(parts, &call, &workspace, condition, now).await?;
    let fields: Vec<TextField> = facets.iter().map(|(_, field)| *field).collect();
    let census = parts.reader(&call).count(&workspace, &condition, &fields).await?;
    let facets = facets.iter().zip(census.by_field).map(|((facet, _), count)| to_wire(*facet, count)).collect();
    Ok(Response::new(CountCandidatesResponse { total: census.total, facets }))
}

fn read_facets(numbers: &[i32]) -> Result<Vec<(Facet, TextField)>, FieldError> {
    let mut facets: Vec<(Facet, TextField)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let refused = |description: &str| FieldError::new(format!("facets[{at}]"), description);
        let facet = Facet::try_from(*number).ok().and_then(|facet| Some((facet, field_of(facet)?)));
        let (facet, field) = facet.ok_or_else(|| refused("is no field to count by; choose one of `Facet`"))?;
        if facets.iter().any(|(known, _)| *known == facet) {
            return Err(refused("is asked for already; ask for each field once"));
        }
        facets.push((facet, field));
    }
    Ok(facets)
}

const fn field_of(facet: Facet) -> Option<TextField> {
    match facet {
        Facet::Unspecified => None,
        Facet::State => Some(TextField::State),
        Facet::Owner => Some(TextField::Owner),
        Facet::Turn => Some(TextField::Turn),
        Facet::Risk => Some(TextField::Risk),
        Facet::Confidence => Some(TextField::Confidence),
        Facet::ActionType => Some(TextField::ActionType),
        Facet::Proposer => Some(TextField::Proposer),
    }
}

fn to_wire(facet: Facet, count: FieldCount) -> FacetCount {
    let values = count.values.into_iter().map(|(value, count)| ValueCount { value, count });
    FacetCount { facet: facet.into(), values: values.collect(), others: count.others }
}
