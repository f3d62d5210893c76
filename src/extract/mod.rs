//! Text → Metadata and Citations.

pub mod citation;
