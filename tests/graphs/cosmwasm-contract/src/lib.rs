//! A contract that keeps one number.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, entry_point, to_json_binary,
};
use cw_storage_plus::Item;

const NUMBER: Item<u64> = Item::new("number");

#[cw_serde]
pub struct Set {
    pub number: u64,
}

#[cw_serde]
pub struct Empty {}

#[entry_point]
pub fn instantiate(deps: DepsMut, _: Env, _: MessageInfo, message: Set) -> StdResult<Response> {
    NUMBER.save(deps.storage, &message.number)?;
    Ok(Response::new())
}

#[entry_point]
pub fn execute(deps: DepsMut, _: Env, info: MessageInfo, message: Set) -> StdResult<Response> {
    deps.api.addr_validate(info.sender.as_str())?;
    NUMBER.save(deps.storage, &message.number)?;
    Ok(Response::new())
}

#[entry_point]
pub fn query(deps: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    to_json_binary(&NUMBER.load(deps.storage)?)
}
