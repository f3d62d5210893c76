//! [`IndexDoc`] as tantivy takes a document: borrowed, so that a text is held once, and with a
//! [`Permit`], so that only so much text waits for the indexing threads.

use std::{
    iter::Empty,
    sync::{Arc, Condvar, Mutex, PoisonError},
    vec::IntoIter,
};

use tantivy::schema::{
    Document, Field, Value,
    document::{ReferenceValue, ReferenceValueLeaf},
};

use super::schema::Fields;
use crate::engine::IndexDoc;

/// A document on its way into the index.
pub(super) struct Incoming {
    doc: IndexDoc,
    /// `doc.id` as a number.
    id: u64,
    fields: Arc<Fields>,
    /// Given back when tantivy is done with the document and drops it.
    _permit: Permit,
}

impl Incoming {
    /// Sorts keys and drops repeated ones, so that counts are counts of documents.
    pub fn new(mut doc: IndexDoc, id: u64, fields: Arc<Fields>, permit: Permit) -> Self {
        doc.keys.sort_unstable();
        doc.keys.dedup();
        Self { doc, id, fields, _permit: permit }
    }
}

impl Document for Incoming {
    type Value<'a> = Leaf<'a>;
    type FieldsValuesIter<'a> = IntoIter<(Field, Leaf<'a>)>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let fields = &self.fields;
        let mut values = vec![
            (fields.id, Leaf::U64(self.id)),
            (fields.ord, Leaf::I64(self.doc.ord)),
            (fields.version, Leaf::U64(self.doc.version)),
        ];
        for (field, token) in &self.doc.keys {
            values.push((fields.key(*field), Leaf::Str(token.as_str())));
        }
        for (field, number) in &self.doc.numbers {
            values.push((fields.num(*field), Leaf::I64(*number)));
        }
        for (field, stream) in &self.doc.text {
            values.push((fields.text(*field), Leaf::Str(stream.as_str())));
        }
        values.into_iter()
    }
}

/// One value of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'a> {
    Str(&'a str),
    U64(u64),
    I64(i64),
}

impl<'a> Value<'a> for Leaf<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            Leaf::Str(text) => ReferenceValueLeaf::Str(text),
            Leaf::U64(number) => ReferenceValueLeaf::U64(number),
            Leaf::I64(number) => ReferenceValueLeaf::I64(number),
        })
    }
}

/// How many bytes the document keeps in memory, roughly.
pub(super) fn size_bytes(doc: &IndexDoc) -> usize {
    let keys: usize = doc.keys.iter().map(|(_, token)| token.as_str().len() + 24).sum();
    let text: usize = doc.text.iter().map(|(_, stream)| stream.as_str().len()).sum();
    keys + text
}

/// Counts the bytes of the documents that wait to be indexed. tantivy's own queue counts
/// documents (10,000), which may be gigabytes of text.
#[derive(Debug)]
pub(super) struct Gate {
    max_bytes: usize,
    waiting_bytes: Mutex<usize>,
    freed: Condvar,
}

impl Gate {
    pub fn new(max_bytes: usize) -> Arc<Self> {
        Arc::new(Self { max_bytes, waiting_bytes: Mutex::new(0), freed: Condvar::new() })
    }

    /// Waits until there is room; a document larger than all room enters alone.
    pub fn enter(self: &Arc<Self>, n_bytes: usize) -> Permit {
        let waiting = self.waiting_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |waiting: &mut usize| *waiting > 0 && *waiting + n_bytes > self.max_bytes;
        let mut waiting =
            self.freed.wait_while(waiting, is_full).unwrap_or_else(PoisonError::into_inner);
        *waiting += n_bytes;
        Permit { gate: Arc::clone(self), n_bytes }
    }
}

/// The room one document takes until it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    n_bytes: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut waiting = self.gate.waiting_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting -= self.n_bytes;
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    #[test]
    fn gate_lets_the_next_in_when_one_leaves() {
        let gate = Gate::new(10);
        let first = gate.enter(100); // larger than all room: alone
        let (entered, waits) = mpsc::channel();
        let second = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                let permit = gate.enter(1);
                entered.send(()).unwrap();
                permit
            })
        };
        assert!(waits.recv_timeout(Duration::from_millis(50)).is_err(), "must wait");
        drop(first);
        waits.recv().unwrap();
        drop(second.join().unwrap());
        assert_eq!(*gate.waiting_bytes.lock().unwrap(), 0);
    }
}
