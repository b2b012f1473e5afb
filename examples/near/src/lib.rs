//! A contract that counts its calls.

use near_sdk::{env, near};

#[near(contract_state)]
#[derive(Default)]
pub struct Counter {
    calls: u64,
}

#[near]
impl Counter {
    pub fn count(&mut self) {
        self.calls += 1;
        env::log_str(&format!("{} by {}", self.calls, env::predecessor_account_id()));
    }

    pub fn calls(&self) -> u64 {
        self.calls
    }
}
