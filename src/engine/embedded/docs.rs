//! [`Docs`]: a set of documents of one segment, as a list when there are few and as bits when
//! there are many.

use std::sync::Arc;

use tantivy::DocId;

/// Above one document in so many a set is kept as bits: then a list takes more room.
const DENSE_FROM: usize = 32;

/// A set of documents.
#[derive(Debug, Clone)]
pub(super) enum Docs {
    /// Ascending.
    Few(Vec<DocId>),
    /// Shared with the memory of common words.
    Many(Arc<Bits>),
}

/// One bit a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    pub words: Vec<u64>,
    /// How many are set.
    pub len: usize,
}

impl Bits {
    pub fn none(n_docs: usize) -> Self {
        Self { words: vec![0; n_docs.div_ceil(64)], len: 0 }
    }

    pub fn all(n_docs: usize) -> Self {
        let mut words = vec![u64::MAX; n_docs.div_ceil(64)];
        if let Some(last) = words.last_mut().filter(|_| !n_docs.is_multiple_of(64)) {
            *last = (1 << (n_docs % 64)) - 1;
        }
        Self { words, len: n_docs }
    }

    /// Adds without counting; [`counted`](Self::counted) follows.
    pub fn set(&mut self, doc: DocId) {
        self.words[doc as usize / 64] |= 1 << (doc % 64);
    }

    pub fn counted(mut self) -> Self {
        self.len = self.words.iter().map(|word| word.count_ones() as usize).sum();
        self
    }

    pub fn contains(&self, doc: DocId) -> bool {
        (self.words[doc as usize / 64] >> (doc % 64)) & 1 == 1
    }

    pub fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| ones(at, word))
    }
}

/// The documents of one word of bits.
pub(super) fn ones(at: usize, mut word: u64) -> impl Iterator<Item = DocId> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(at as DocId * 64 + bit)
    })
}

/// Whether so many of so many documents are kept as bits.
pub(super) fn are_many(n: usize, n_docs: usize) -> bool {
    n * DENSE_FROM > n_docs && n_docs >= 1024
}

impl Docs {
    pub fn none() -> Self {
        Self::Few(Vec::new())
    }

    pub fn all(n_docs: usize) -> Self {
        Self::Many(Arc::new(Bits::all(n_docs)))
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Few(docs) => docs.len(),
            Self::Many(bits) => bits.len,
        }
    }

    pub fn and(self, other: Docs) -> Docs {
        match (self, other) {
            (Self::Few(mut few), Self::Many(bits)) | (Self::Many(bits), Self::Few(mut few)) => {
                few.retain(|&doc| bits.contains(doc));
                Self::Few(few)
            }
            (Self::Few(one), Self::Few(two)) => {
                let (mut few, many) = if one.len() <= two.len() { (one, two) } else { (two, one) };
                let mut rest = &many[..];
                few.retain(|doc| {
                    rest = &rest[rest.partition_point(|other| other < doc)..];
                    rest.first() == Some(doc)
                });
                Self::Few(few)
            }
            (Self::Many(one), Self::Many(two)) => combine(&one, &two, |a, b| a & b),
        }
    }

    pub fn or(self, other: Docs, n_docs: usize) -> Docs {
        match (self, other) {
            (Self::Few(mut one), Self::Few(two)) => {
                one.extend(two);
                one.sort_unstable();
                one.dedup();
                if are_many(one.len(), n_docs) {
                    let mut bits = Bits::none(n_docs);
                    one.iter().for_each(|&doc| bits.set(doc));
                    return Self::Many(Arc::new(bits.counted()));
                }
                Self::Few(one)
            }
            (Self::Few(few), Self::Many(bits)) | (Self::Many(bits), Self::Few(few)) => {
                let mut bits = Arc::unwrap_or_clone(bits);
                few.iter().for_each(|&doc| bits.set(doc));
                Self::Many(Arc::new(bits.counted()))
            }
            (Self::Many(one), Self::Many(two)) => combine(&one, &two, |a, b| a | b),
        }
    }

    pub fn without(self, other: &Docs) -> Docs {
        match (self, other) {
            (Self::Few(mut few), Self::Many(bits)) => {
                few.retain(|&doc| !bits.contains(doc));
                Self::Few(few)
            }
            (Self::Few(mut few), Self::Few(other)) => {
                few.retain(|doc| other.binary_search(doc).is_err());
                Self::Few(few)
            }
            (Self::Many(bits), Self::Few(few)) => {
                let mut bits = Arc::unwrap_or_clone(bits);
                few.iter().for_each(|&doc| bits.words[doc as usize / 64] &= !(1 << (doc % 64)));
                Self::Many(Arc::new(bits.counted()))
            }
            (Self::Many(one), Self::Many(two)) => combine(&one, two, |a, b| a & !b),
        }
    }

    /// Those for which the test holds.
    pub fn filter(self, mut test: impl FnMut(DocId) -> bool) -> Docs {
        Self::Few(match self {
            Self::Few(mut few) => {
                few.retain(|&doc| test(doc));
                few
            }
            Self::Many(bits) => bits.iter().filter(|&doc| test(doc)).collect(),
        })
    }

    pub fn for_each(&self, mut visit: impl FnMut(DocId)) {
        match self {
            Self::Few(docs) => docs.iter().for_each(|&doc| visit(doc)),
            Self::Many(bits) => {
                for (at, &word) in bits.words.iter().enumerate().filter(|(_, word)| **word != 0) {
                    ones(at, word).for_each(&mut visit);
                }
            }
        }
    }

    pub fn to_vec(&self) -> Vec<DocId> {
        match self {
            Self::Few(docs) => docs.clone(),
            Self::Many(bits) => bits.iter().collect(),
        }
    }

    pub fn to_bits(&self, n_docs: usize) -> Arc<Bits> {
        match self {
            Self::Many(bits) => Arc::clone(bits),
            Self::Few(docs) => {
                let mut bits = Bits::none(n_docs);
                docs.iter().for_each(|&doc| bits.set(doc));
                bits.len = docs.len();
                Arc::new(bits)
            }
        }
    }
}

fn combine(one: &Bits, two: &Bits, join: impl Fn(u64, u64) -> u64) -> Docs {
    let words: Vec<u64> = one.words.iter().zip(&two.words).map(|(&a, &b)| join(a, b)).collect();
    Docs::Many(Arc::new(Bits { words, len: 0 }.counted()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const N_DOCS: usize = 2_000;

    fn docs(set: &[DocId], as_bits: bool) -> Docs {
        let few = Docs::Few(set.to_vec());
        if as_bits { Docs::Many(few.to_bits(N_DOCS)) } else { few }
    }

    fn some_docs() -> impl Strategy<Value = Vec<DocId>> {
        prop::collection::btree_set(0..N_DOCS as DocId, 0..200).prop_map(Vec::from_iter)
    }

    proptest! {
        #[test]
        fn lists_and_bits_are_the_same_sets(
            one in some_docs(), two in some_docs(), bits_one: bool, bits_two: bool,
        ) {
            let (a, b) = (docs(&one, bits_one), docs(&two, bits_two));
            let expect = |test: &dyn Fn(&DocId) -> bool| -> Vec<DocId> {
                (0..N_DOCS as DocId).filter(|doc| test(doc)).collect()
            };
            let and = expect(&|doc| one.contains(doc) && two.contains(doc));
            let or = expect(&|doc| one.contains(doc) || two.contains(doc));
            let without = expect(&|doc| one.contains(doc) && !two.contains(doc));
            for (found, expected) in [
                (a.clone().and(b.clone()), and),
                (a.clone().or(b.clone(), N_DOCS), or),
                (a.clone().without(&b), without),
            ] {
                prop_assert_eq!(found.len(), expected.len());
                prop_assert_eq!(found.to_vec(), expected);
            }
        }
    }

    #[test]
    fn all_ends_with_the_last_document() {
        for n_docs in [0, 1, 63, 64, 65, 1_000] {
            let all = Docs::all(n_docs);
            assert_eq!((all.len(), all.to_vec().len()), (n_docs, n_docs));
        }
    }
}
