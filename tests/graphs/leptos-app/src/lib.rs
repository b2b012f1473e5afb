//! A page that counts, and asks a server.

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

#[component]
fn Page() -> impl IntoView {
    let (count, set_count) = signal(0);
    let text = LocalResource::new(move || async move {
        match gloo_net::http::Request::get(&format!("/{}", count.get())).send().await {
            Ok(response) => response.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    });
    view! { <button on:click=move |_| set_count.update(|it| *it += 1)>{count} {move || text.get()}</button> }
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
