//! [`Segment`]: which documents of one segment match a [`Q`].

use std::{collections::BTreeMap, sync::Arc};

use tantivy::{
    DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term,
    postings::TermInfo,
    query::{EnableScoring, PhraseQuery, Query, Scorer},
    schema::{Field, IndexRecordOption},
};

use super::{
    docs::{Bits, Docs, are_many},
    memory::Memory,
    schema::{Fields, num_name},
};
use crate::engine::{NumField, Q, TextField, Token};

/// One segment with what is needed to ask it.
pub(super) struct Segment<'s> {
    pub fields: &'s Fields,
    pub searcher: &'s Searcher,
    pub reader: &'s SegmentReader,
    pub memory: &'s Memory,
    pub n_docs: usize,
}

impl<'s> Segment<'s> {
    pub fn new(
        fields: &'s Fields,
        searcher: &'s Searcher,
        reader: &'s SegmentReader,
        memory: &'s Memory,
    ) -> Self {
        Self { fields, searcher, reader, memory, n_docs: reader.max_doc() as usize }
    }

    /// What matches all.
    pub fn matching(&self, score: &Q, filter: &[Q]) -> tantivy::Result<Docs> {
        let all: Vec<&Q> = std::iter::once(score).chain(filter).collect();
        self.all(&all)
    }

    /// What matches, deleted documents included.
    pub fn docs(&self, q: &Q) -> tantivy::Result<Docs> {
        match q {
            Q::Key { field, token, .. } => self.term(self.fields.key(*field), token),
            Q::KeyPrefix { field, prefix, .. } => self.beginning(self.fields.key(*field), prefix),
            Q::Word { field, token, .. } => self.term(self.fields.text(*field), token),
            Q::WordPrefix { field, prefix, .. } => self.beginning(self.fields.text(*field), prefix),
            Q::Phrase { field, tokens, slop, .. } => {
                let mut docs = Docs::all(self.n_docs);
                for token in tokens {
                    docs = docs.and(self.term(self.fields.text(*field), token)?);
                }
                self.with_phrase(docs, *field, tokens, *slop)
            }
            Q::Range { field, from, to } => self.range(*field, *from, *to),
            Q::All(all) => self.all(&all.iter().collect::<Vec<_>>()),
            Q::Any { of, min } if *min <= 1 => self.any(of),
            Q::Any { of, min } => self.at_least(of, *min),
            Q::Best(of) => self.any(of),
            Q::Prefer { must, .. } => self.docs(must),
            Q::Not(inner) => Ok(Docs::all(self.n_docs).without(&self.docs(inner)?)),
            Q::Everything => Ok(Docs::all(self.n_docs)),
        }
    }

    pub fn inverted(&self, field: Field) -> tantivy::Result<Arc<InvertedIndexReader>> {
        self.reader.inverted_index(field)
    }

    /// Words and keys first, then numbers, phrases and exclusions among what is left.
    fn all(&self, all: &[&Q]) -> tantivy::Result<Docs> {
        let mut parts = Vec::new();
        flatten(all, &mut parts);
        let mut sets = Vec::new();
        for q in &parts {
            if !matches!(q, Q::Range { .. } | Q::Phrase { .. } | Q::Not(_) | Q::Everything) {
                let docs = self.docs(q)?;
                if docs.len() == 0 {
                    return Ok(docs);
                }
                sets.push(docs);
            }
        }
        sets.sort_by_key(Docs::len);
        let mut sets = sets.into_iter();
        let mut docs = match sets.next() {
            Some(first) => sets.fold(first, Docs::and),
            None => Docs::all(self.n_docs),
        };
        for q in &parts {
            docs = match q {
                Q::Range { field, from, to } if docs.len() * 16 < self.n_docs => {
                    let column = self.reader.fast_fields().i64(num_name(*field))?;
                    docs.filter(|doc| {
                        column.first(doc).is_some_and(|number| {
                            from.is_none_or(|from| from <= number)
                                && to.is_none_or(|to| number <= to)
                        })
                    })
                }
                Q::Range { field, from, to } => docs.and(self.range(*field, *from, *to)?),
                Q::Not(inner) => docs.without(&self.docs(inner)?),
                _ => docs,
            };
        }
        for q in &parts {
            if let Q::Phrase { field, tokens, slop, .. } = q {
                for token in tokens {
                    docs = docs.and(self.term(self.fields.text(*field), token)?);
                }
                docs = self.with_phrase(docs, *field, tokens, *slop)?;
            }
        }
        Ok(docs)
    }

    fn any(&self, of: &[Q]) -> tantivy::Result<Docs> {
        let mut docs = Docs::none();
        for q in of {
            docs = docs.or(self.docs(q)?, self.n_docs);
        }
        Ok(docs)
    }

    fn at_least(&self, of: &[Q], min: usize) -> tantivy::Result<Docs> {
        if of.len() < min {
            return Ok(Docs::none());
        }
        let mut counts = vec![0u8; self.n_docs];
        for q in of {
            self.docs(q)?.for_each(|doc| {
                let count = &mut counts[doc as usize];
                *count = count.saturating_add(1);
            });
        }
        let min = u8::try_from(min).unwrap_or(u8::MAX);
        let enough = (0..).zip(&counts).filter(|(_, count)| **count >= min);
        Ok(Docs::Few(enough.map(|(doc, _)| doc).collect()).settled(self.n_docs))
    }

    /// Those of the documents, all of which have the words, that have them side by side.
    pub fn with_phrase(
        &self,
        docs: Docs,
        field: TextField,
        tokens: &[Token],
        slop: u32,
    ) -> tantivy::Result<Docs> {
        if tokens.len() < 2 || docs.len() == 0 {
            return Ok(if tokens.is_empty() { Docs::none() } else { docs });
        }
        let field = self.fields.text(field);
        let terms = tokens.iter().map(|token| Term::from_field_text(field, token.as_str()));
        let mut phrase = PhraseQuery::new(terms.collect());
        phrase.set_slop(slop);
        let weight = phrase.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        let mut scorer: Box<dyn Scorer> = weight.scorer(self.reader, 1.0)?;
        let found = docs.filter(|doc| {
            if scorer.doc() < doc {
                scorer.seek(doc);
            }
            scorer.doc() == doc
        });
        Ok(found.settled(self.n_docs))
    }

    fn range(&self, field: NumField, from: Option<i64>, to: Option<i64>) -> tantivy::Result<Docs> {
        let column = self.reader.fast_fields().i64(num_name(field))?;
        // The column is asked for values that it can have only.
        let from = from.unwrap_or(i64::MIN).max(column.min_value());
        let to = to.unwrap_or(i64::MAX).min(column.max_value());
        if from > to {
            return Ok(Docs::none());
        }
        let mut docs = Vec::new();
        column.get_docids_for_value_range(from..=to, 0..self.n_docs as u32, &mut docs);
        Ok(Docs::Few(docs).settled(self.n_docs))
    }

    fn term(&self, field: Field, token: &Token) -> tantivy::Result<Docs> {
        let inverted = self.inverted(field)?;
        let term = Term::from_field_text(field, token.as_str());
        let Some(info) = inverted.get_term_info(&term)? else { return Ok(Docs::none()) };
        if !are_many(info.doc_freq as usize, self.n_docs) {
            return read_few(&inverted, &info);
        }
        let key = (self.reader.segment_id(), field, token.as_str().into(), false);
        if let Some(bits) = self.memory.get(&key) {
            return Ok(Docs::Many(bits));
        }
        let mut bits = Bits::none(self.n_docs);
        read_into(&inverted, &info, &mut bits)?;
        let bits = Arc::new(bits.counted());
        self.memory.put(key, Arc::clone(&bits));
        Ok(Docs::Many(bits))
    }

    /// Documents with a term that begins so.
    fn beginning(&self, field: Field, prefix: &Token) -> tantivy::Result<Docs> {
        let key = (self.reader.segment_id(), field, prefix.as_str().into(), true);
        if let Some(bits) = self.memory.get(&key) {
            return Ok(Docs::Many(bits));
        }
        let inverted = self.inverted(field)?;
        let infos = terms_beginning(&inverted, prefix)?;
        let n_postings: usize = infos.iter().map(|info| info.doc_freq as usize).sum();
        if !are_many(n_postings, self.n_docs) {
            let mut docs = Docs::none();
            for info in &infos {
                docs = docs.or(read_few(&inverted, info)?, self.n_docs);
            }
            return Ok(docs);
        }
        let mut bits = Bits::none(self.n_docs);
        for info in &infos {
            read_into(&inverted, info, &mut bits)?;
        }
        let bits = Arc::new(bits.counted());
        self.memory.put(key, Arc::clone(&bits));
        Ok(Docs::Many(bits))
    }
}

impl Docs {
    /// As bits when there are many.
    fn settled(self, n_docs: usize) -> Docs {
        if are_many(self.len(), n_docs) { Docs::Many(self.to_bits(n_docs)) } else { self }
    }
}

/// Nested conjunctions drawn up.
fn flatten<'q>(all: &[&'q Q], parts: &mut Vec<&'q Q>) {
    for &q in all {
        match q {
            Q::All(inner) => flatten(&inner.iter().collect::<Vec<_>>(), parts),
            Q::Prefer { must, .. } => flatten(&[&**must], parts),
            _ => parts.push(q),
        }
    }
}

/// The words that begin so, the most frequent first, each with its documents.
pub(super) fn words_beginning(
    searcher: &Searcher,
    field: Field,
    prefix: &Token,
    size: usize,
) -> tantivy::Result<Vec<(String, u64)>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        visit_beginning(&inverted, prefix, |word, info| {
            let word = String::from_utf8_lossy(word).into_owned();
            *counts.entry(word).or_default() += u64::from(info.doc_freq);
        })?;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.truncate(size);
    Ok(counts)
}

/// The terms that begin so.
pub(super) fn terms_beginning(
    inverted: &InvertedIndexReader,
    prefix: &Token,
) -> tantivy::Result<Vec<TermInfo>> {
    let mut infos = Vec::new();
    visit_beginning(inverted, prefix, |_, info| infos.push(info.clone()))?;
    Ok(infos)
}

fn visit_beginning(
    inverted: &InvertedIndexReader,
    prefix: &Token,
    mut visit: impl FnMut(&[u8], &TermInfo),
) -> tantivy::Result<()> {
    let from = prefix.as_str().as_bytes();
    // The first string that does not begin so: the last byte raised. Bytes of UTF-8 are below
    // 0xff, so there always is one.
    let mut to = from.to_vec();
    if let Some(last) = to.last_mut() {
        *last += 1;
    }
    let mut terms = inverted.terms().range().ge(from).lt(&to).into_stream()?;
    while terms.advance() {
        visit(terms.key(), terms.value());
    }
    Ok(())
}

fn read_few(inverted: &InvertedIndexReader, info: &TermInfo) -> tantivy::Result<Docs> {
    let mut docs = Vec::with_capacity(info.doc_freq as usize);
    let mut postings =
        inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    while !postings.docs().is_empty() {
        docs.extend_from_slice(postings.docs());
        postings.advance();
    }
    debug_assert!(docs.last().is_none_or(|last| *last != TERMINATED));
    Ok(Docs::Few(docs))
}

fn read_into(
    inverted: &InvertedIndexReader,
    info: &TermInfo,
    bits: &mut Bits,
) -> tantivy::Result<()> {
    let mut postings =
        inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    while !postings.docs().is_empty() {
        postings.docs().iter().for_each(|&doc| bits.set(doc));
        postings.advance();
    }
    Ok(())
}
