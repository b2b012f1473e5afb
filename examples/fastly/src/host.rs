//! Host calls as functions of this crate.
//!
//! A wrapper like these does not help against rustc 1.91.0: the call of the `pub` import is compiled
//! here, outside the crate that declares it, and there that rustc forgets the import module.

use fastly_shared::{BodyWriteEnd, FastlyStatus};

/// What a failed host call answers: the status code.
#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be printed")]
pub struct Failure(i32);

/// The kinds of store that the host can open by name.
#[derive(Debug, Clone, Copy)]
pub enum Store {
    Acl,
    Config,
    Dictionary,
    KeyValue,
    Object,
    Secret,
}

/// Opens the store `name` and returns its handle.
pub fn open(store: Store, name: &str) -> Result<u32, Failure> {
    let open = match store {
        Store::Acl => fastly_sys::fastly_acl::open,
        Store::Config => fastly_sys::fastly_config_store::open,
        Store::Dictionary => fastly_sys::fastly_dictionary::open,
        // The identifier is another one, the link name is `open` like the others.
        Store::KeyValue => fastly_sys::fastly_kv_store::open_v2,
        Store::Object => fastly_sys::fastly_kv_store::open,
        Store::Secret => fastly_sys::fastly_secret_store::open,
    };
    let mut handle = 0;
    // SAFETY: the pointer and length are of one string, and the handle outlives the call.
    result(unsafe { open(name.as_ptr(), name.len(), &raw mut handle) })?;
    Ok(handle)
}

/// The handles that belong to one request.
#[derive(Debug)]
pub struct Transaction {
    request: u32,
    response: u32,
    body: u32,
    cache: u32,
    http_cache: u32,
    log_endpoint: u32,
}

impl Transaction {
    /// The handles of the request that started this instance. (An application would ask the host
    /// for each of them: the example keeps to the calls it is about.)
    pub fn current() -> Self {
        Self { request: 0, response: 0, body: 0, cache: 0, http_cache: 0, log_endpoint: 0 }
    }

    /// Waits until the body can be read.
    pub fn wait_for_body(&self) -> Result<(), Failure> {
        let handles = [self.body];
        let mut done = 0;
        // SAFETY: the pointer and length are of one array, and the index outlives the call.
        result(unsafe {
            fastly_sys::fastly_async_io::select(handles.as_ptr(), handles.len(), 0, &raw mut done)
        })
    }

    /// Reads what fits into `buffer` and returns how much that was.
    pub fn read_body(&self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let mut length = 0;
        // SAFETY: the pointer and length are of one buffer, and the result outlives the call.
        result(unsafe {
            fastly_sys::fastly_http_body::read(
                self.body,
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut length,
            )
        })?;
        Ok(length)
    }

    /// Appends `bytes` to the body.
    pub fn write_body(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut written = 0;
        // SAFETY: the pointer and length are of one slice, and the result outlives the call.
        result(unsafe {
            fastly_sys::fastly_http_body::write(
                self.body,
                bytes.as_ptr(),
                bytes.len(),
                BodyWriteEnd::Back,
                &raw mut written,
            )
        })
    }

    /// Writes a line to the log.
    pub fn log(&self, line: &str) -> Result<(), Failure> {
        let mut written = 0;
        // SAFETY: the pointer and length are of one string, and the result outlives the call.
        result(unsafe {
            fastly_sys::fastly_log::write(
                self.log_endpoint,
                line.as_ptr(),
                line.len(),
                &raw mut written,
            )
        })
    }

    /// Closes every handle.
    pub fn close(self) -> Result<(), Failure> {
        // SAFETY: each handle is given up here and not used again.
        unsafe {
            result(fastly_sys::fastly_http_body::close(self.body))?;
            result(fastly_sys::fastly_http_req::close(self.request))?;
            result(fastly_sys::fastly_http_resp::close(self.response))?;
            result(fastly_sys::fastly_cache::close(self.cache))?;
            result(fastly_sys::fastly_http_cache::close(self.http_cache))
        }
    }
}

fn result(status: FastlyStatus) -> Result<(), Failure> {
    if status == FastlyStatus::OK { Ok(()) } else { Err(Failure(status.code)) }
}
