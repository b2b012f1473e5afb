//! Fakes of GitHub's REST API, on loopback.
//!
//! [`Api`] is ours: it keeps comments and check runs, answers as the service does, goes wrong on demand,
//! and judges every request by the description that GitHub publishes of its API. [`Emulate`] is a fake
//! that others wrote: where the two agree, neither is our own idea of the service.

mod answer;
mod checks;
mod comments;
mod description;
mod emulate;
mod fault;
mod markdown;
mod paging;
mod prose;
mod repository;
mod request;
mod routes;
mod server;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};

pub use checks::CheckRun;
pub use comments::Comment;
pub use emulate::Emulate;
pub use fault::Fault;
pub use markdown::markdown_to_html;
pub use request::Request;
use server::Server;
pub use state::{BOT, Permission};
use state::{Setup, State};

/// A running fake. It ends with the value, and then fails the test if a request came that the
/// description does not allow and nobody asked for [`Api::violations`].
#[derive(Debug)]
pub struct Api {
    state: Arc<Mutex<State>>,
    server: Server,
    token: String,
    read_only_token: String,
}

/// What a fake starts with.
#[derive(Clone, Debug)]
pub struct Builder {
    setup: Setup,
    writes: Vec<Permission>,
}

impl Api {
    /// A fake with the repository `example/edge`, which has pull request 1, and a token that may write
    /// everything.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A fake of another kind.
    pub fn builder() -> Builder {
        let setup = Setup {
            owner: "example".to_owned(),
            name: "edge".to_owned(),
            prefix: String::new(),
            pull_requests: vec![1],
            app: BOT.to_owned(),
        };
        Builder { setup, writes: Permission::ALL.to_vec() }
    }

    /// The address, as in `GITHUB_API_URL`: without a slash at its end.
    pub fn url(&self) -> String {
        self.state().url().to_owned()
    }

    /// The repository, as in `GITHUB_REPOSITORY`.
    pub fn repository(&self) -> String {
        self.state().repository()
    }

    /// A token as a workflow's job gets it: with the builder's permissions, by default to write all that
    /// the fake keeps.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A token as a workflow gets it for a pull request from a fork: writing is answered with 403.
    pub fn read_only_token(&self) -> &str {
        &self.read_only_token
    }

    /// Another token that may write just this.
    pub fn token_that_writes(&self, permissions: &[Permission]) -> String {
        self.state().new_token(permissions)
    }

    /// The comments of an issue or pull request, the oldest first.
    pub fn comments(&self, issue: u64) -> Vec<Comment> {
        self.state().comments.iter().filter(|comment| comment.issue == issue).cloned().collect()
    }

    /// Has `author` write a comment, and gives its id. A name that ends with `[bot]` is a bot's; what
    /// [`BOT`] wrote may be changed with the tokens, as another workflow's comments may.
    pub fn add_comment(&self, issue: u64, author: &str, body: &str) -> u64 {
        self.state().add_comment(issue, author, body).id
    }

    /// The check runs, the oldest first.
    pub fn check_runs(&self) -> Vec<CheckRun> {
        self.state().check_runs.clone()
    }

    /// Every request that came, in order, also those that were answered with an error or not at all.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Has a request go wrong that is still to come. Of several faults for a request the one that was
    /// named first comes first.
    pub fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// What was wrong with requests by GitHub's description, since this was asked last. Answers of our own
    /// that it does not allow are here too.
    pub fn violations(&self) -> Vec<String> {
        std::mem::take(&mut self.state().violations)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the fake of GitHub's API has panicked: see its message above")
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.server.stop();
        if !std::thread::panicking() {
            let violations = self.violations();
            assert!(
                violations.is_empty(),
                "requests that GitHub's description of its API does not allow:\n{}",
                violations.join("\n")
            );
        }
    }
}

impl Builder {
    /// The repository, as `owner/name`. Every other is answered with 404.
    #[must_use]
    pub fn repository(mut self, repository: &str) -> Self {
        let (owner, name) = repository.split_once('/').expect("a repository is owner/name");
        owner.clone_into(&mut self.setup.owner);
        name.clone_into(&mut self.setup.name);
        self
    }

    /// A path before all others, such as `/api/v3`, as on GitHub Enterprise Server.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        assert!(prefix.is_empty() || prefix.starts_with('/') && !prefix.ends_with('/'), "{prefix}");
        prefix.clone_into(&mut self.setup.prefix);
        self
    }

    /// One more pull request. A number that is none is answered with 404.
    #[must_use]
    pub fn pull_request(mut self, number: u64) -> Self {
        self.setup.pull_requests.push(number);
        self
    }

    /// Who comments with the tokens, instead of [`BOT`].
    #[must_use]
    pub fn app(mut self, login: &str) -> Self {
        login.clone_into(&mut self.setup.app);
        self
    }

    /// [`Api::token`] may not write, as for a pull request from a fork.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.token_writes(&[])
    }

    /// What [`Api::token`] may write, as a workflow's `permissions` say it.
    #[must_use]
    pub fn token_writes(mut self, permissions: &[Permission]) -> Self {
        self.writes = permissions.to_vec();
        self
    }

    /// Starts it.
    pub fn start(self) -> Api {
        // What is missing for the tests must be said here, not on the server's thread.
        description::description();
        let listener = server::listener();
        let mut state = State::new(self.setup, listener.local_addr().unwrap());
        let token = state.new_token(&self.writes);
        let read_only_token = state.new_token(&[]);
        let state = Arc::new(Mutex::new(state));
        let server = Server::start(listener, Arc::clone(&state));
        Api { state, server, token, read_only_token }
    }
}
