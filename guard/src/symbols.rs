//! The C symbols of a target.
