//! A process that listens and sleeps.

use std::time::Duration;

use lunatic::net::TcpListener;

#[unsafe(no_mangle)]
pub extern "C" fn run() {
    if let Ok(listener) = TcpListener::bind("127.0.0.1:0") {
        println!("{:?}", listener.local_addr());
    }
    lunatic::sleep(Duration::from_millis(1));
}
