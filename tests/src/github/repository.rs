//! The repository, and who acts in it.

use serde_json::{Value, json};

use super::answer::Answer;
use super::description::description;
use super::state::{BOT, State};

/// The repository's number, as in the description's example.
pub(super) const REPOSITORY_ID: u64 = 1_296_269;

/// The repository: the description's example, with our names.
pub(super) fn get(state: &State) -> Answer {
    let example = description().repository.to_string();
    let ours = example
        .replace("https://api.github.com", state.url())
        .replace("octocat", &state.setup.owner)
        .replace("Hello-World", &state.setup.name);
    Answer::json(200, serde_json::from_str(&ours).unwrap())
}

/// A user, or a bot where the login ends with `[bot]`.
pub(super) fn user(login: &str) -> Value {
    let bot = login.strip_suffix("[bot]");
    // The bot's is its own; the others' are made up of their names.
    let id = match login {
        BOT => 41_898_282,
        _ => login.bytes().fold(1000, |id: u64, byte| (id * 31 + u64::from(byte)) % 1_000_000_007),
    };
    let url =
        format!("https://api.github.com/users/{}", login.replace('[', "%5B").replace(']', "%5D"));
    let page = match bot {
        Some(app) => format!("https://github.com/apps/{app}"),
        None => format!("https://github.com/{login}"),
    };
    json!({
        "login": login,
        "id": id,
        "node_id": format!("U_{id}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
        "gravatar_id": "",
        "url": url,
        "html_url": page,
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": if bot.is_some() { "Bot" } else { "User" },
        "user_view_type": "public",
        "site_admin": false,
    })
}

/// The app whose tokens workflows have.
pub(super) fn app(owner: &Value) -> Value {
    json!({
        "id": 15_368,
        "slug": "github-actions",
        "node_id": "A_15368",
        "owner": owner,
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": "https://github.com/apps/github-actions",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "permissions": { "checks": "write", "issues": "write", "pull_requests": "write" },
        "events": [],
    })
}
