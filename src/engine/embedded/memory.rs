//! [`Memory`]: the documents of common words as bits, so that a word that stands in every other
//! document is read from disk once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{index::SegmentId, schema::Field};

use super::docs::Bits;

/// Most memory for all words together: a few hundred words in a million documents.
const MAX_BYTES: usize = 32 << 20;

/// Where and what: a whole word, or with `true` the beginning of words.
pub(super) type Key = (SegmentId, Field, Box<str>, bool);

/// What was read lately.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    words: HashMap<Key, (u64, Arc<Bits>)>,
    n_bytes: usize,
    /// Counts the questions; the word not asked for the longest is forgotten first.
    now: u64,
}

impl Memory {
    pub fn get(&self, key: &Key) -> Option<Arc<Bits>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.now += 1;
        let now = held.now;
        let (asked_at, bits) = held.words.get_mut(key)?;
        *asked_at = now;
        Some(Arc::clone(bits))
    }

    pub fn put(&self, key: Key, bits: Arc<Bits>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.now += 1;
        let now = held.now;
        held.n_bytes += n_bytes(&bits);
        if let Some((_, old)) = held.words.insert(key, (now, bits)) {
            held.n_bytes -= n_bytes(&old);
        }
        while held.n_bytes > MAX_BYTES {
            let oldest = held.words.iter().min_by_key(|(_, (asked_at, _))| *asked_at);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            if let Some((_, bits)) = held.words.remove(&key) {
                held.n_bytes -= n_bytes(&bits);
            }
        }
    }
}

fn n_bytes(bits: &Bits) -> usize {
    bits.words.len() * 8 + 128
}
