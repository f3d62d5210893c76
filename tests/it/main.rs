//! The one integration binary.

mod engine; // the contract of `Engine`, over every implementation
