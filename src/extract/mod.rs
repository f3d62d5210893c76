//! Text → Metadata and Citations.

pub mod citation;
pub mod resolve;
