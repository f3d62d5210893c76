//! Typed text → [`Query`]: number, date, issuer, type, signer, words; understood as far as
//! possible, never refused.
//!
//! Asks the tables, not the index: what a clause finds is decided where it is lowered. Everything
//! that was not understood stays in the query as words, and what was left out is said in a
//! warning.

mod ast;
mod chip;
mod date;
mod expand;
mod field;
mod leftover;
mod lex;
mod name;
mod number;
mod parse;
mod shape;

pub use self::{
    ast::{
        Clause, DateQuery, IssuerQuery, Meaning, NumberQuery, Query, Serial, TypeQuery, YearForm,
    },
    chip::{Alternative, Chip, ChipKind, chips},
    expand::{Expansion, expand},
    leftover::without_leftovers,
    parse::{MAX_CHARS, parse},
};
