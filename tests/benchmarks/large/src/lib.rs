//! A program that its dependencies are larger than.

/// What a page asks for first.
pub async fn load(address: &str) -> Result<String, reqwest::Error> {
    reqwest::get(address).await?.text().await
}
