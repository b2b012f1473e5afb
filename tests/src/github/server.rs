//! The HTTP server: a thread that hands every request to the state.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};

use super::answer::{Answer, Body, Reply};
use super::request::Request;
use super::state::State;

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    /// Dropping it ends the server.
    running: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// A free port of the loopback interface.
pub(super) fn listener() -> TcpListener {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

impl Server {
    pub(super) fn start(listener: TcpListener, state: Arc<Mutex<State>>) -> Self {
        let (running, stopped) = oneshot::channel();
        let serve = move || {
            let runtime = runtime::Builder::new_current_thread().enable_io().build().unwrap();
            let tasks = LocalSet::new();
            tasks.spawn_local(accept(listener, state));
            // Connections that are still open, hanging ones too, end with the runtime.
            let _stopped = tasks.block_on(&runtime, stopped);
        };
        let thread = std::thread::Builder::new().name("github-api".to_owned()).spawn(serve);
        Self { running: Some(running), thread: Some(thread.unwrap()) }
    }

    pub(super) fn stop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed, and has failed the test's request.
            let _result = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = Arc::clone(&state);
        spawn_local(async move {
            let service = service_fn(|request| respond(request, &state));
            // A client may go away, and a fault may close the connection: both end here.
            let _result =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// That the connection is to be closed without an answer.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("closed on demand")
    }
}

impl std::error::Error for Closed {}

async fn respond(
    request: hyper::Request<Incoming>,
    state: &Mutex<State>,
) -> Result<hyper::Response<Full<Bytes>>, Closed> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let headers: BTreeMap<String, String> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let request =
        Request::new(head.method.as_str(), head.uri.path(), head.uri.query(), headers, &body);
    let reply = state.lock().unwrap().receive(request);
    match reply {
        Reply::Answer(answer) => Ok(response(answer)),
        Reply::Close => Err(Closed),
        Reply::Silence => std::future::pending().await,
    }
}

fn response(answer: Answer) -> hyper::Response<Full<Bytes>> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let (content_type, body) = match answer.body {
        Body::Json(value) => (Some("application/json; charset=utf-8"), value.to_string()),
        Body::Html(text) => (Some("text/html; charset=utf-8"), text.to_owned()),
        Body::None => (None, String::new()),
    };
    if let Some(content_type) = content_type {
        response = response.header("content-type", content_type);
    }
    response.body(Full::from(body)).unwrap()
}
