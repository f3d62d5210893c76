//! The nouns of the archive: numbers, dates, issuers, records. Values only, no stage.
//!
//! Nothing here reads a file, knows a format or decides where in a page something stands;
//! the one exception is [`tables`], which may load the clerk's own folder of tables.

pub mod citation;
pub mod correction;
pub mod date;
pub mod date_phrase;
pub mod doc_key;
pub mod doc_number;
pub mod failure;
pub mod found;
pub mod number_forms;
pub mod record;
pub mod tables;
