//! A contract that counts.

use near_sdk::{env, near};

#[near(contract_state)]
#[derive(Default)]
pub struct Counter {
    value: u64,
}

#[near]
impl Counter {
    pub fn increment(&mut self) {
        self.value += 1;
        env::log_str(&format!("{} by {}", self.value, env::predecessor_account_id()));
    }

    pub fn value(&self) -> u64 {
        self.value
    }
}
