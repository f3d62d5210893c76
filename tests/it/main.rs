//! The one integration binary.

// A setup that fails is a test that fails.
#![allow(clippy::unwrap_used)]

mod engine; // the contract of `Engine`, over every implementation
mod hostile; // broken, hostile and foreign files, one by one and at random
mod intake; // what becomes of files between two runs
mod util; // small documents from a few lines of text, temporary folders, the built program
