//! Scores: of a list of documents to the word ([`Scoring::of_list`]), and for more documents than
//! that by what they have and have not ([`Scoring::features`]).
//!
//! A word counts by its rarity; in a short list also by how often it stands in how long a text
//! (BM25). Rarity and mean length are rounded, so that an archive that grows does not reorder
//! the pages somebody is turning.

use std::{collections::HashMap, sync::Arc};

use tantivy::{DocId, DocSet, Searcher, TERMINATED, Term, schema::IndexRecordOption};

use super::{
    docs::{Bits, Docs},
    schema::Fields,
    segment::{Segment, terms_beginning},
};
use crate::engine::{Q, TextField, Token};

/// How fast repeated words cease to count. As in Lucene.
const K1: f32 = 1.2;
/// How much the length of the text counts. As in Lucene.
const B: f32 = 0.75;
/// Words of so many documents are not counted within them: that hardly tells documents apart.
const COMMON_FROM: usize = 20_000;
/// The score of what does not match: added it stays, and every other is greater.
const NO_MATCH: f32 = f32::NEG_INFINITY;
/// Features are weighed in quarters.
const QUARTER: f32 = 4.0;

/// Rarities of the words of one question.
pub(super) struct Scoring {
    rarity: HashMap<(TextField, Token, bool), f32>,
    mean_length: HashMap<TextField, f32>,
}

/// A set of documents that is worth so many quarters.
pub(super) struct Feature {
    pub docs: Arc<Bits>,
    pub quarters: u32,
}

impl Scoring {
    pub fn new(fields: &Fields, searcher: &Searcher, score: &Q) -> tantivy::Result<Self> {
        let mut scoring = Self { rarity: HashMap::new(), mean_length: HashMap::new() };
        scoring.learn(fields, searcher, score)?;
        Ok(scoring)
    }

    fn learn(&mut self, fields: &Fields, searcher: &Searcher, q: &Q) -> tantivy::Result<()> {
        match q {
            Q::Word { field, token, .. } => self.word(fields, searcher, *field, token, false),
            Q::WordPrefix { field, prefix, .. } => {
                self.word(fields, searcher, *field, prefix, true)
            }
            Q::Phrase { field, tokens, .. } => tokens
                .iter()
                .try_for_each(|token| self.word(fields, searcher, *field, token, false)),
            Q::All(of) | Q::Any { of, .. } | Q::Best(of) => {
                of.iter().try_for_each(|q| self.learn(fields, searcher, q))
            }
            Q::Prefer { must, should } => {
                self.learn(fields, searcher, must)?;
                should.iter().try_for_each(|q| self.learn(fields, searcher, q))
            }
            _ => Ok(()),
        }
    }

    fn word(
        &mut self,
        fields: &Fields,
        searcher: &Searcher,
        field: TextField,
        token: &Token,
        is_prefix: bool,
    ) -> tantivy::Result<()> {
        let key = (field, token.clone(), is_prefix);
        if self.rarity.contains_key(&key) {
            return Ok(());
        }
        let handle = fields.text(field);
        let term = Term::from_field_text(handle, token.as_str());
        let (mut n_with, mut n_docs, mut n_tokens) = (0u64, 0u64, 0u64);
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(handle)?;
            n_docs += u64::from(segment.max_doc());
            n_tokens += inverted.total_num_tokens();
            n_with += match is_prefix {
                false => u64::from(inverted.doc_freq(&term)?),
                true => terms_beginning(&inverted, token)?
                    .iter()
                    .map(|info| u64::from(info.doc_freq))
                    .sum(),
            };
        }
        let (with, docs) = (n_with.min(n_docs) as f32, n_docs as f32);
        let rarity = (1.0 + (docs - with + 0.5) / (with + 0.5)).ln();
        self.rarity.insert(key, (rarity * 8.0).ceil() / 8.0);
        // To the nearest power of the root of two.
        let mean = (n_tokens as f32 / docs.max(1.0)).max(1.0);
        self.mean_length.insert(field, ((mean.log2() * 2.0).round() / 2.0).exp2());
        Ok(())
    }

    fn rarity(&self, field: TextField, token: &Token, is_prefix: bool) -> f32 {
        self.rarity.get(&(field, token.clone(), is_prefix)).copied().unwrap_or_default()
    }

    /// The scores of documents that all match.
    pub fn of_list(
        &self,
        segment: &Segment<'_>,
        q: &Q,
        docs: &[DocId],
    ) -> tantivy::Result<Vec<f32>> {
        self.list(segment, q, docs, true)
    }

    /// `do_match`: that all of them match is known.
    fn list(
        &self,
        segment: &Segment<'_>,
        q: &Q,
        docs: &[DocId],
        do_match: bool,
    ) -> tantivy::Result<Vec<f32>> {
        let sum = |scores: &mut [f32], of: &[f32]| {
            scores.iter_mut().zip(of).for_each(|(score, other)| *score += other);
        };
        Ok(match q {
            Q::Key { boost, .. } | Q::KeyPrefix { boost, .. } => {
                self.constant(segment, q, docs, *boost, do_match)?
            }
            Q::WordPrefix { field, prefix, boost } => {
                let value = boost * self.rarity(*field, prefix, true);
                self.constant(segment, q, docs, value, do_match)?
            }
            Q::Phrase { field, tokens, boost, .. } => {
                let rarity: f32 = tokens.iter().map(|t| self.rarity(*field, t, false)).sum();
                self.constant(segment, q, docs, boost * rarity, do_match)?
            }
            Q::Word { field, token, boost } => {
                self.word_scores(segment, *field, token, *boost, docs)?
            }
            Q::Range { .. } | Q::Not(_) | Q::Everything => {
                self.constant(segment, q, docs, 0.0, do_match)?
            }
            Q::All(all) => {
                let mut scores = vec![0.0; docs.len()];
                for q in all {
                    sum(&mut scores, &self.list(segment, q, docs, do_match)?);
                }
                scores
            }
            Q::Any { of, min } => {
                let mut scores = vec![0.0; docs.len()];
                let mut n_matching = vec![0; docs.len()];
                for q in of {
                    let others = self.list(segment, q, docs, false)?;
                    for ((score, n), other) in scores.iter_mut().zip(&mut n_matching).zip(others) {
                        if other > NO_MATCH {
                            *score += other;
                            *n += 1;
                        }
                    }
                }
                for (score, n) in scores.iter_mut().zip(n_matching) {
                    if n < (*min).max(1) {
                        *score = NO_MATCH;
                    }
                }
                scores
            }
            Q::Best(of) => {
                let mut scores = vec![NO_MATCH; docs.len()];
                for q in of {
                    let others = self.list(segment, q, docs, false)?;
                    scores.iter_mut().zip(others).for_each(|(score, o)| *score = score.max(o));
                }
                scores
            }
            Q::Prefer { must, should } => {
                let mut scores = self.list(segment, must, docs, do_match)?;
                for q in should {
                    let others = self.list(segment, q, docs, false)?;
                    scores.iter_mut().zip(others).for_each(|(score, o)| *score += o.max(0.0));
                }
                scores
            }
        })
    }

    fn constant(
        &self,
        segment: &Segment<'_>,
        q: &Q,
        docs: &[DocId],
        value: f32,
        do_match: bool,
    ) -> tantivy::Result<Vec<f32>> {
        if do_match {
            return Ok(vec![value; docs.len()]);
        }
        let matching = match q {
            // Positions are looked at in these documents only.
            Q::Phrase { field, tokens, slop, .. } => {
                let mut among = Docs::Few(docs.to_vec());
                for token in tokens {
                    let word = Q::Word { field: *field, token: token.clone(), boost: 1.0 };
                    among = among.and(segment.docs(&word)?);
                }
                segment.with_phrase(among, *field, tokens, *slop)?
            }
            _ => segment.docs(q)?,
        };
        Ok(of_members(&matching, docs, value))
    }

    fn word_scores(
        &self,
        segment: &Segment<'_>,
        field: TextField,
        token: &Token,
        boost: f32,
        docs: &[DocId],
    ) -> tantivy::Result<Vec<f32>> {
        let value = boost * self.rarity(field, token, false);
        let handle = segment.fields.text(field);
        let inverted = segment.inverted(handle)?;
        let term = Term::from_field_text(handle, token.as_str());
        let n_with = inverted.doc_freq(&term)? as usize;
        if !field.counts_words() || n_with > COMMON_FROM && n_with * 16 > segment.n_docs {
            let q = Q::Word { field, token: token.clone(), boost };
            return Ok(of_members(&segment.docs(&q)?, docs, value));
        }
        let mut scores = vec![NO_MATCH; docs.len()];
        let postings = inverted.read_postings(&term, IndexRecordOption::WithFreqs)?;
        let Some(mut postings) = postings else { return Ok(scores) };
        let lengths = segment.reader.get_fieldnorms_reader(handle)?;
        let mean = self.mean_length.get(&field).copied().unwrap_or(1.0);
        for (score, &doc) in scores.iter_mut().zip(docs) {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() == TERMINATED {
                break;
            }
            if postings.doc() == doc {
                let times = tantivy::postings::Postings::term_freq(&postings) as f32;
                let length = lengths.fieldnorm(doc) as f32 / mean;
                *score = value * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
            }
        }
        Ok(scores)
    }

    /// What adds to the score of some of the documents that match and not of others.
    pub fn features(&self, segment: &Segment<'_>, q: &Q) -> tantivy::Result<Vec<Feature>> {
        let mut features = Vec::new();
        self.collect(segment, q, true, &mut features)?;
        Ok(features)
    }

    fn collect(
        &self,
        segment: &Segment<'_>,
        q: &Q,
        do_match: bool,
        features: &mut Vec<Feature>,
    ) -> tantivy::Result<()> {
        let value = match q {
            Q::All(all) => {
                return all.iter().try_for_each(|q| self.collect(segment, q, do_match, features));
            }
            Q::Any { of, .. } | Q::Best(of) => {
                return of.iter().try_for_each(|q| self.collect(segment, q, false, features));
            }
            Q::Prefer { must, should } => {
                self.collect(segment, must, do_match, features)?;
                return should.iter().try_for_each(|q| self.collect(segment, q, false, features));
            }
            Q::Key { boost, .. } | Q::KeyPrefix { boost, .. } => *boost,
            Q::Word { field, token, boost } => boost * self.rarity(*field, token, false),
            Q::WordPrefix { field, prefix, boost } => boost * self.rarity(*field, prefix, true),
            // Its words and pairs are features of their own.
            Q::Phrase { .. } | Q::Range { .. } | Q::Not(_) | Q::Everything => return Ok(()),
        };
        let quarters = (value * QUARTER).round().clamp(0.0, 8_000.0) as u32;
        if do_match || quarters == 0 {
            return Ok(());
        }
        let docs = segment.docs(q)?;
        if docs.len() > 0 {
            features.push(Feature { docs: docs.to_bits(segment.n_docs), quarters });
        }
        Ok(())
    }
}

/// `value` for the documents of the list that are in the set.
fn of_members(set: &Docs, docs: &[DocId], value: f32) -> Vec<f32> {
    match set {
        Docs::Many(bits) => {
            docs.iter().map(|&doc| if bits.contains(doc) { value } else { NO_MATCH }).collect()
        }
        Docs::Few(few) => {
            let mut rest = &few[..];
            let mut score = |doc: DocId| {
                let skip = match rest.first() {
                    Some(&first) if first >= doc => 0,
                    _ => rest.partition_point(|&other| other < doc),
                };
                rest = &rest[skip..];
                if rest.first() == Some(&doc) { value } else { NO_MATCH }
            };
            docs.iter().map(|&doc| score(doc)).collect()
        }
    }
}
