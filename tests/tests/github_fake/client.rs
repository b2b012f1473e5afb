//! A client that knows nothing of the fakes.

use std::time::Duration;

use serde_json::Value;
use wasm_import_guard_tests::github::Api;

pub(crate) struct Client {
    pub(crate) url: String,
    pub(crate) token: Option<String>,
    pub(crate) agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) text: String,
}

impl Client {
    pub(crate) fn new(url: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { url: url.to_owned(), token: Some(token.to_owned()), agent: agent.into() }
    }

    pub(crate) fn of(api: &Api) -> Self {
        Self::new(&api.url(), api.token())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(&body.to_string())).unwrap()
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, Some(&body.to_string())).unwrap()
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<Reply, ureq::Error> {
        // `Link` headers have whole addresses.
        let address = match path.strip_prefix('/') {
            Some(_) => format!("{}{path}", self.url),
            None => path.to_owned(),
        };
        let request = ureq::http::Request::builder().method(method).uri(address);
        let request = match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body.to_owned()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        }?;
        let text = response.body_mut().read_to_string()?;
        Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), text })
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The address of a relation in the `Link` header.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let wanted = format!("; rel=\"{relation}\"");
        let link = self.header("link").split(", ").find_map(|link| link.strip_suffix(&wanted))?;
        Some(link.trim_start_matches('<').trim_end_matches('>').to_owned())
    }
}
