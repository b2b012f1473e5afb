//! A plugin that asks its host.

use extism_pdk::{FnResult, Json, config, host_fn, plugin_fn};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Greeting {
    pub text: String,
}

#[host_fn]
extern "ExtismHost" {
    fn lookup(name: String) -> String;
}

#[host_fn("greetings")]
extern "ExtismHost" {
    fn close(handle: u64) -> u64;
}

#[plugin_fn]
pub fn greet(name: String) -> FnResult<Json<Greeting>> {
    let language = config::get("language")?.unwrap_or_default();
    let text = unsafe { lookup(format!("{language}{name}"))? };
    let _ = unsafe { close(1)? };
    Ok(Json(Greeting { text }))
}
