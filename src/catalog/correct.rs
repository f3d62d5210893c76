//! [`Catalog::correct`]: a clerk's edits of one document into the log, and onto what is shown.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension};

use crate::{
    catalog::{
        Catalog, CatalogError,
        corrections::{self, Anchor, Correction, Decision, Subject},
        decide,
        write::Batch,
    },
    domain::{
        citation::Citation,
        correction::{Field, ValueError},
        record::{Metadata, Record, RecordId},
        tables::Tables,
    },
};

/// Longest name of who corrects, in characters.
const MAX_NAME: usize = 100;

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The value of a field as typed; nothing typed is a field that is blank on paper. The value
    /// that is shown already confirms it.
    Field {
        /// Which.
        field: Field,
        /// As typed.
        typed: String,
    },
    /// What a citation means.
    Citation {
        /// Its place in the document, from 0.
        seq: u32,
        /// What was decided.
        ruling: Ruling,
    },
    /// Withdraws the document, or takes it back in.
    Withdrawn(bool),
    /// Undoes an entry of the log.
    Undo(i64),
}

/// What a clerk says of a citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It means this document.
    Means(RecordId),
    /// It means none of those that are proposed or chosen now.
    NoneOfThese,
    /// It is no citation.
    Dismissed,
}

/// The edits of one document, made at once or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits<'a> {
    /// The document.
    pub id: &'a RecordId,
    /// In the order in which they are made.
    pub edits: &'a [Edit],
    /// Who makes them.
    pub by: &'a str,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The latest entry that the clerk had seen; a later one about the same subject is a conflict.
    pub seen: Option<i64>,
}

/// Edits that were not made.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// What was typed is no value of the field.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Nobody signs.
    #[error("expected the name of who corrects, at most {MAX_NAME} characters, found {found:?}")]
    Nameless {
        /// What was given.
        found: String,
    },
    /// No such document.
    #[error("expected a document of the archive, found none with the identifier {id}")]
    NoDocument {
        /// What was given.
        id: String,
    },
    /// No such citation.
    #[error("expected a citation from 0 to {}, found {seq}; the document makes {n}", n.saturating_sub(1))]
    NoCitation {
        /// What was given.
        seq: u32,
        /// How many there are.
        n: usize,
    },
    /// No such entry, or it is undone already.
    #[error("expected an entry of this document that is in force, found {seq}")]
    NoEntry {
        /// What was given.
        seq: i64,
    },
    /// Somebody else was faster.
    #[error("{by} corrected {subject} meanwhile; look at it again")]
    Conflict {
        /// About what.
        subject: &'static str,
        /// Who.
        by: String,
    },
}

/// What became of edits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrected {
    /// The entries that were made; none when nothing was changed.
    pub entries: Vec<i64>,
}

impl Catalog {
    /// Writes a clerk's edits, all or none: the log, the record as it is shown, numbers,
    /// citations and every citation concerned, and the outbox.
    ///
    /// # Errors
    /// `Storage` when it could not be written, else what is wrong with the edits; nothing is
    /// changed then.
    pub fn correct(&self, tables: &Tables, edits: &Edits<'_>) -> Result<Corrected, CorrectError> {
        let by = edits.by.split_whitespace().collect::<Vec<_>>().join(" ");
        if by.is_empty() || by.chars().count() > MAX_NAME || by.chars().any(char::is_control) {
            return Err(CorrectError::Nameless { found: by.chars().take(MAX_NAME).collect() });
        }
        self.try_write("write corrections", |transaction| {
            let Some(mut desk) = Desk::of(transaction, tables, edits, &by)? else {
                return Ok(Err(CorrectError::NoDocument { id: edits.id.to_string() }));
            };
            let mut entries = Vec::new();
            for edit in edits.edits {
                match desk.make(edit)? {
                    Ok(entry) => entries.extend(entry),
                    Err(error) => return Ok(Err(error)),
                }
            }
            if !entries.is_empty() {
                let mut batch = Batch::new(transaction, tables, None);
                batch.show_again(desk.ord)?;
                batch.settle()?;
            }
            Ok(Ok(Corrected { entries }))
        })
    }
}

/// A document while it is corrected.
struct Desk<'a> {
    connection: &'a Connection,
    tables: &'a Tables,
    edits: &'a Edits<'a>,
    by: &'a str,
    ord: i64,
    sha256: String,
    read: Record,
    citations: Vec<Citation>,
    log: Vec<Correction>,
    /// The latest entry before these edits.
    before: i64,
}

type Made = Result<Option<i64>, CorrectError>;

impl<'a> Desk<'a> {
    fn of(
        connection: &'a Connection,
        tables: &'a Tables,
        edits: &'a Edits<'a>,
        by: &'a str,
    ) -> rusqlite::Result<Option<Self>> {
        let found: Option<(i64, String)> = connection
            .prepare_cached("SELECT ord, sha256 FROM contents WHERE id = ?1")?
            .query_row([edits.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((ord, sha256)) = found else { return Ok(None) };
        let read = decide::read_head(connection, ord)?;
        let citations = decide::read_citations(connection, ord)?;
        let log = corrections::log(connection, &sha256)?;
        let before = log.last().map_or(0, |entry| entry.seq);
        Ok(Some(Self { connection, tables, edits, by, ord, sha256, read, citations, log, before }))
    }

    fn make(&mut self, edit: &Edit) -> rusqlite::Result<Made> {
        match edit {
            Edit::Field { field, typed } => self.field(*field, typed),
            Edit::Citation { seq, ruling } => self.citation(*seq, ruling),
            Edit::Withdrawn(wanted) => {
                let is = corrections::is_withdrawn(&self.log);
                if is == *wanted {
                    return Ok(Ok(None));
                }
                let said = |withdrawn: bool| withdrawn.then(|| "withdrawn".to_owned());
                self.append(Subject::Withdrawal, None, said(is), said(*wanted))
            }
            Edit::Undo(seq) => self.undo(*seq),
        }
    }

    fn field(&mut self, field: Field, typed: &str) -> rusqlite::Result<Made> {
        let value = match field.value(self.tables, typed) {
            Ok(value) => value,
            Err(error) => return Ok(Err(error.into())),
        };
        let subject = Subject::Field(field);
        let read = field.of(&self.read.metadata);
        let in_force = self.in_force(&subject);
        // Said before, about the same reading: nothing new.
        if in_force.is_some_and(|entry| entry.new == value && entry.read == read) {
            return Ok(Ok(None));
        }
        let old = field.of(&self.shown());
        self.append(subject, read, old, value)
    }

    fn citation(&mut self, seq: u32, ruling: &Ruling) -> rusqlite::Result<Made> {
        let Some(anchor) = Anchor::of(&self.citations, seq as usize) else {
            return Ok(Err(CorrectError::NoCitation { seq, n: self.citations.len() }));
        };
        let now = decide::proposals(self.connection, self.ord, seq)?;
        let decision = match ruling {
            Ruling::Means(target) => {
                if !decide::exists(self.connection, target)? {
                    return Ok(Err(CorrectError::NoDocument { id: target.to_string() }));
                }
                Decision::Target(target.clone())
            }
            Ruling::NoneOfThese => Decision::NoneOf(now),
            Ruling::Dismissed => Decision::Dismissed,
        };
        let subject = Subject::Citation(anchor);
        let old = self.in_force(&subject).and_then(|entry| entry.new.clone());
        let new = Some(decision.code());
        if old == new {
            return Ok(Ok(None));
        }
        self.append(subject, None, old, new)
    }

    fn undo(&mut self, seq: i64) -> rusqlite::Result<Made> {
        let found = self.log.iter().find(|entry| entry.seq == seq && !entry.is_undone);
        let Some(undone) = found.cloned() else {
            return Ok(Err(CorrectError::NoEntry { seq }));
        };
        let old = self.shown_of(&undone.subject);
        let entry = Correction {
            seq: 0,
            id: self.edits.id.clone(),
            subject: undone.subject.clone(),
            read: undone.read.clone(),
            old,
            new: None,
            by: self.by.to_owned(),
            at_ms: self.edits.at_ms,
            undoes: Some(seq),
            is_undone: false,
        };
        if let Some(conflict) = self.conflict(&entry.subject) {
            return Ok(Err(conflict));
        }
        let made = corrections::append(self.connection, &self.sha256, &entry)?;
        self.log = corrections::log(self.connection, &self.sha256)?;
        // What is shown since then is known only now.
        let new = self.shown_of(&undone.subject);
        corrections::set_new(self.connection, made, new.as_deref())?;
        self.log = corrections::log(self.connection, &self.sha256)?;
        Ok(Ok(Some(made)))
    }

    fn append(
        &mut self,
        subject: Subject,
        read: Option<String>,
        old: Option<String>,
        new: Option<String>,
    ) -> rusqlite::Result<Made> {
        if let Some(conflict) = self.conflict(&subject) {
            return Ok(Err(conflict));
        }
        let entry = Correction {
            seq: 0,
            id: self.edits.id.clone(),
            subject,
            read,
            old,
            new,
            by: self.by.to_owned(),
            at_ms: self.edits.at_ms,
            undoes: None,
            is_undone: false,
        };
        let made = corrections::append(self.connection, &self.sha256, &entry)?;
        self.log = corrections::log(self.connection, &self.sha256)?;
        Ok(Ok(Some(made)))
    }

    fn conflict(&self, subject: &Subject) -> Option<CorrectError> {
        let seen = self.edits.seen?;
        let later = self.log.iter().rev().find(|entry| {
            entry.seq > seen && entry.seq <= self.before && entry.subject == *subject
        })?;
        Some(CorrectError::Conflict { subject: subject.code(), by: later.by.clone() })
    }

    fn in_force(&self, subject: &Subject) -> Option<&Correction> {
        corrections::in_force(&self.log).into_iter().find(|entry| entry.subject == *subject)
    }

    fn shown(&self) -> Metadata {
        corrections::show(self.tables, Cow::Borrowed(&self.read), &self.log).record.metadata.clone()
    }

    fn shown_of(&self, subject: &Subject) -> Option<String> {
        match subject {
            Subject::Field(field) => field.of(&self.shown()),
            _ => self.in_force(subject).and_then(|entry| entry.new.clone()),
        }
    }
}
