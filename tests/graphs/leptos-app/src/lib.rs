//! A page that counts, and asks a server.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

#[component]
fn Page() -> impl IntoView {
    provide_meta_context();
    let size = leptos_use::use_window_size();
    let title = move || format!("{} at {}", size.width.get(), chrono::Utc::now());
    let (count, set_count) = signal(0);
    let text = LocalResource::new(move || async move {
        match gloo_net::http::Request::get(&format!("/{}", count.get())).send().await {
            Ok(response) => response.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    });
    let sent = LocalResource::new(|| async { reqwest::get("/sent").await.is_ok() });
    view! { <Title text=title/> {move || sent.get()} <button on:click=move |_| set_count.update(|it| *it += 1)>{count} {move || text.get()}</button> }
}

#[unsafe(no_mangle)]
pub extern "C" fn run() {
    console_error_panic_hook::set_once();
    mount_to_body(|| {
        view! {
            <Router>
                <Routes fallback=|| "nothing">
                    <Route path=path!("/") view=Page/>
                </Routes>
            </Router>
        }
    });
}
