//! A page that counts.

use dioxus::prelude::*;

#[component]
fn Page() -> Element {
    let mut count = use_signal(|| 0);
    rsx! {
        button { onclick: move |_| count += 1, "{count}" }
    }
}

#[derive(Clone, PartialEq, Routable)]
enum Pages {
    #[route("/")]
    Page {},
}

#[component]
fn App() -> Element {
    rsx! { Router::<Pages> {} }
}

#[unsafe(no_mangle)]
pub extern "C" fn run() {
    dioxus::launch(App);
}
