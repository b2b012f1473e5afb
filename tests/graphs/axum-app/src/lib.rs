//! A web service that is called without a network.

use axum::{Json, Router, body::Body, extract::Query, http::Request, routing::get};
use tower::ServiceExt;

async fn now(Query(query): Query<Vec<(String, String)>>) -> Json<Vec<String>> {
    let id = uuid::Uuid::new_v4().to_string();
    let now = chrono::Utc::now().to_rfc3339();
    Json(query.into_iter().map(|(name, _)| name).chain([id, now]).collect())
}

#[unsafe(no_mangle)]
pub extern "C" fn run() -> u32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let service: Router = Router::new().route("/now", get(now));
        let request = Request::get("/now?a=1").body(Body::empty()).expect("a request");
        u32::from(service.oneshot(request).await.expect("infallible").status().as_u16())
    })
}
