//! What the console knows of faults.

use axum::Json;
use axum::extract::State;
use hotliner_faults::expression::Variables;
use hotliner_faults::fault::{Fault, Status};
use hotliner_faults::lang::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;

/// The faults a console knows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FaultList {
    /// Names this very set of faults.
    catalogue: String,
    /// By id.
    faults: Vec<FaultInList>,
}

/// A fault in a list.
#[derive(Debug, Serialize, ToSchema)]
struct FaultInList {
    id: String,
    number: u32,
    cause: String,
    /// `draft`, `beta`, `stable` or `retired`.
    #[schema(value_type = String)]
    status: Status,
    /// In English and French.
    title: Titles,
}

#[derive(Debug, Serialize, ToSchema)]
struct Titles {
    en: String,
    fr: String,
}

/// Every fault this console knows.
#[utoipa::path(get, path = "/api/v1/faults", tag = "faults",
    responses((status = 200, description = "the faults", body = FaultList)))]
pub(super) async fn list(State(app): State<App>) -> Json<FaultList> {
    let knowledge = app.hub.knowledge();
    let faults = knowledge.catalogue().faults().iter().map(|fault| FaultInList {
        id: fault.id.clone(),
        number: fault.number,
        cause: fault.cause.clone(),
        status: fault.status,
        title: Titles { en: title(fault, Lang::En), fr: title(fault, Lang::Fr) },
    });
    Json(FaultList { catalogue: knowledge.version().to_owned(), faults: faults.collect() })
}

/// The title before anything was captured.
fn title(fault: &Fault, lang: Lang) -> String {
    fault.text(lang).title.fill(&Variables::default())
}
