//! A contract that keeps a number for each address.
#![no_std]

use soroban_sdk::{Address, Env, contract, contractimpl};

#[contract]
pub struct Numbers;

#[contractimpl]
impl Numbers {
    pub fn set(env: Env, who: Address, number: u64) -> u64 {
        who.require_auth();
        let before = env.storage().persistent().get(&who).unwrap_or(0);
        env.storage().persistent().set(&who, &number);
        before + env.ledger().timestamp()
    }
}
