//! The one integration binary.

mod query; // what is understood of typed queries
