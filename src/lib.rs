//! vanthu: an archive of Vietnamese administrative documents, read and searchable.

pub mod archive;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod context;
pub mod domain;
pub mod engine;
pub mod export;
pub mod extract;
pub mod intake;
pub mod layout;
pub mod ocr;
pub mod pipeline;
pub mod query;
pub mod read;
pub mod recognised;
pub mod source;
pub mod text;
pub mod upkeep;
pub mod web;
pub mod worker;
