//! The one integration binary.

#![allow(clippy::unwrap_used)] // A test may fail at any line.

mod accents; // words that are one without diacritics
mod api; // the API and the pages over the sample archive, called directly
mod browser; // walks through the page in a real browser
mod browser_intake; // the status page in a browser while documents are taken in
mod check; // lists and drafts against the archive: API, page, program
mod cli; // the built program in a folder of its own
mod contract; // generated requests against the description of the API
mod corpus; // the sample archive against its labels
mod corrections; // what clerks decided stays, under every road to it
mod crash; // killed at any moment of anything it does
mod desk; // intake while the service answers
mod engine; // the contract of `Engine`, over every implementation
mod faults; // full disks, lost rights, a wrong clock, somebody else in the folder
mod golden; // every stage over small built inputs
mod graph; // who means whom in the sample archive, against its labels
mod heads; // heads and feet in shapes that were not there when the rules were made
mod hostile; // bad input of every kind, and what becomes of it
mod intake; // what becomes of files between two runs
mod ocr; // page images: the contract of `Ocr`, scans, runs cut short, what is remembered
mod orders; // what a run is asked to do: try again, read again, wait
mod pictures; // pages as pictures: the API, the cache, the two faces of a document
mod query; // what a typed text is understood as
mod reading; // files made by real programs, against what other programs read
mod register; // registers written, opened again and compared cell by cell
mod search; // what is typed and which documents it finds, in which order
mod secrets; // a document with a secrecy stamp leaves no word
mod service; // what the service promises any caller: limits, tags, metrics, batches
mod tidy; // the house rules: layering, size, module docs, NFC, sorted tables
mod typing; // what typing is met with: the list under the box, accents, leftovers
mod upkeep; // backup, restore, doctor, catalogs of older versions
mod upload; // files that come while the service runs
mod util; // builders of small documents, folders, the built program
mod worker; // what runs in a process of its own, and how it ends
