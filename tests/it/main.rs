//! The one integration binary.

mod corpus; // the sample archive against its labels
mod engine; // the contract of `Engine`, over every implementation
mod intake; // what becomes of files between two runs
mod query; // what a typed text is understood as
mod tidy; // the house rules: layering, size, module docs, NFC, sorted tables
