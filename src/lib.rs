//! vanthu: an archive of Vietnamese administrative documents, read and searchable.

pub mod catalog;
pub mod context;
pub mod domain;
pub mod engine;
pub mod layout;
pub mod pipeline;
pub mod source;
pub mod text;
