//! A canister that counts, with timers and stable memory.

use std::cell::RefCell;
use std::time::Duration;

use ic_stable_structures::{DefaultMemoryImpl, StableBTreeMap};

thread_local! {
    static COUNTS: RefCell<StableBTreeMap<u64, u64, DefaultMemoryImpl>> =
        RefCell::new(StableBTreeMap::init(DefaultMemoryImpl::default()));
}

#[ic_cdk::update]
fn count() -> u64 {
    ic_cdk_timers::set_timer(Duration::from_secs(1), async {});
    COUNTS.with_borrow_mut(|counts| {
        let value = counts.get(&0).unwrap_or_default() + 1;
        counts.insert(0, value);
        value
    })
}

#[ic_cdk::query]
fn now() -> u64 {
    ic_cdk::api::time()
}

#[ic_cdk::query]
fn caller() -> candid::Principal {
    ic_cdk::api::msg_caller()
}
