//! A canister that counts, and tells the time.

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

#[ic_cdk::update]
fn count() -> u64 {
    COUNT.set(COUNT.get() + 1);
    COUNT.get()
}

#[ic_cdk::query]
fn now() -> u64 {
    ic_cdk::api::time()
}
