//! Text → [`Metadata`], citations and warnings: who issued what, when, under which number, signed by whom.
//!
//! Fields are found by position, column, capitals, bold, distance from the head and grammar
//! together. What is blank stays `None`; two readings that disagree are a warning with both.
//! Must not look at other documents.

mod checks;
pub mod citation;
mod doc_type;
mod footer;
mod head;
mod issuer;
mod marks;
mod naming;
mod number;
mod phrase;
mod place_date;
mod retyped;
mod segment;
mod subject;

pub use self::head::metadata;
