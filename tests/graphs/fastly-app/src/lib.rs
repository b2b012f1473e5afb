//! A proxy that asks its origin.

use fastly::{Error, Request, Response};

pub fn answer(request: Request) -> Result<Response, Error> {
    let mut response = request.with_header("x-edge", "1").send("origin")?;
    response.set_header("x-seen", "1");
    Ok(response)
}

#[unsafe(no_mangle)]
pub extern "C" fn run() {
    match answer(Request::from_client()) {
        Ok(response) => response.send_to_client(),
        Err(error) => Response::from_body(format!("{error}")).with_status(502).send_to_client(),
    }
}
