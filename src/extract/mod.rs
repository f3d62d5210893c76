//! Text → [`Metadata`](crate::domain::record::Metadata), citations and warnings: who issued what,
//! when, under which number, signed by whom, citing what.
//!
//! Fields are found by position, column, capitals, bold, distance from the head and grammar
//! together. What is blank stays `None`; two readings that disagree are a warning with both.
//! Must not look at other documents.

mod checks;
pub mod citation;
pub mod corrected;
mod doc_type;
pub mod effect;
mod fields;
mod footer;
mod head;
mod issuer;
mod marks;
mod naming;
mod number;
pub(crate) mod parts;
mod phrase;
mod place_date;
pub mod resolve;
mod retyped;
pub mod scanned;
mod segment;
mod stamped;
mod subject;

pub use self::head::metadata;

#[cfg(test)]
mod tests;
