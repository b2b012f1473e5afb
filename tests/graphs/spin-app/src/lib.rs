//! An HTTP component.

use spin_sdk::http::{IntoResponse, Request, Response};
use spin_sdk::key_value::Store;

#[spin_sdk::http_component]
fn handle(request: Request) -> anyhow::Result<impl IntoResponse> {
    let store = Store::open_default()?;
    store.set(request.uri(), request.body())?;
    Ok(Response::new(200, "kept"))
}
