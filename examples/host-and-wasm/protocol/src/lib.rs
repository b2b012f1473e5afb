//! What server and plugin have to agree on.

/// The temperature above which the plugin raises an alarm.
pub const HOT: f64 = 40.0;
