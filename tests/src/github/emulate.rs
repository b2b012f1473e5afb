//! The fake of GitHub's API that others wrote: `emulate`, out of npm.
//!
//! It keeps comments and check runs, pages, and enforces the permissions of tokens. Unlike the service it
//! takes more than 50 annotations and comments of any length, and replaces annotations.

use std::fs::File;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tools::tool;

/// A running `emulate`, on loopback. It ends with the value.
#[derive(Debug)]
pub struct Emulate {
    process: Child,
    url: String,
    /// Says that its bearer is the app.
    app_token: String,
    directory: TempDir,
}

const INSTALLATION: u64 = 1;

/// Makes a key for an app, and a token that is signed with it.
const MAKE_KEY: &str = r"
const { generateKeyPairSync, sign } = require('node:crypto');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const claims = { iss: '15368', iat: now - 60, exp: now + 3600 };
const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64url');
console.log(JSON.stringify({
  key: privateKey.export({ type: 'pkcs1', format: 'pem' }),
  token: `${text}.${signature}`,
}));
";

impl Emulate {
    /// Starts it with a seed as its own files have it: `tokens`, and `github` with `users` and `repos`. The
    /// app of workflows is added, installed for the owner of the first repository.
    pub fn start(seed: &Value) -> Self {
        let directory = TempDir::new().unwrap();
        let made = Command::new("node").args(["-e", MAKE_KEY]).output().expect("node is not there");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let mut seed = seed.clone();
        seed["github"]["apps"] = json!([{
            "app_id": 15_368,
            "slug": "github-actions",
            "name": "GitHub Actions",
            "private_key": made["key"],
            "permissions": {
                "checks": "write",
                "contents": "read",
                "issues": "write",
                "metadata": "read",
                "pull_requests": "write",
            },
            "installations": [{
                "installation_id": INSTALLATION,
                "account": seed["github"]["repos"][0]["owner"],
                "repository_selection": "all",
            }],
        }]);
        // JSON is YAML.
        std::fs::write(directory.path().join("seed.yaml"), seed.to_string()).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let log = File::create(directory.path().join("log")).unwrap();
        let process = tool("emulate")
            .args(["start", "--service", "github", "--seed", "seed.yaml", "--port"])
            .arg(port.to_string())
            .current_dir(directory.path())
            .env("HOME", directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let app_token = made["token"].as_str().unwrap().to_owned();
        let url = format!("http://127.0.0.1:{port}");
        let mut running = Self { process, url, app_token, directory };
        running.wait();
        running
    }

    /// The address, as in `GITHUB_API_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token as a workflow gets it, with these permissions (`{"issues": "write"}`).
    pub fn installation_token(&self, permissions: &Value) -> String {
        let url = format!("{}/app/installations/{INSTALLATION}/access_tokens", self.url);
        let answer = ureq::post(&url)
            .header("authorization", format!("Bearer {}", self.app_token))
            .send_json(json!({ "permissions": permissions }));
        let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}\n{}", self.log()));
        let answer: Value = answer.body_mut().read_json().unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while ureq::get(format!("{}/rate_limit", self.url)).call().is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "emulate has ended: {}", self.log());
            assert!(Instant::now() < deadline, "emulate does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }
}

impl Drop for Emulate {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _result = self.process.kill();
        let _result = self.process.wait();
    }
}
