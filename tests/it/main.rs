//! The one integration binary.

mod engine; // the contract of `Engine`, over every implementation
mod intake; // what becomes of files between two runs
