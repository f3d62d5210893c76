//! The one integration binary.

mod cli; // the built program in a folder of its own
mod engine; // the contract of `Engine`, over every implementation
mod intake; // what becomes of files between two runs
mod query; // what a typed text is understood as
mod search; // what is typed and which documents it finds, in which order
