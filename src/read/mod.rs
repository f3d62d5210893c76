//! Bytes → [`Layout`](crate::layout::Layout): one reader a format.

pub mod error;
pub mod pdf;
