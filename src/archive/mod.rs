//! wip
pub mod snippet;
