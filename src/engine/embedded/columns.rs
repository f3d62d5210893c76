//! [`Columns`]: the values that are counted and the dates that order ties, in memory: looked at
//! for every document that matches, of which there may be a million.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{Searcher, SegmentReader, columnar::StrColumn, index::SegmentId};

use super::{
    docs::Docs,
    schema::{key_name, num_name},
};
use crate::engine::{KeyField, NumField};

/// No date.
const NO_DAY: i32 = i32::MIN;

/// The columns of one state of the index.
pub(super) struct Columns {
    generation: u64,
    pub segments: Vec<SegmentColumns>,
    /// By field of [`KeyField::ALL`]: every value, sorted.
    values: Vec<Vec<String>>,
}

/// The columns of one segment.
pub(super) struct SegmentColumns {
    own: Arc<Own>,
    /// By field: the place in [`Columns::values`] of each value of the segment.
    places: Vec<Vec<u32>>,
    /// Deleted documents, ascending.
    pub deleted: Docs,
}

/// What belongs to a segment whatever other segments there are.
struct Own {
    id: SegmentId,
    issued: Vec<i32>,
    /// By field; `None` when it is not counted or no document has it.
    fields: Vec<Option<FieldColumn>>,
}

struct FieldColumn {
    values: Vec<String>,
    /// How many documents have each value.
    totals: Vec<u32>,
    ords: Ords,
}

/// Which values each document has.
enum Ords {
    /// At most one, counted from 1.
    One(Vec<u32>),
    /// Any number: those between two ends.
    Several { ends: Vec<u32>, ords: Vec<u32> },
}

/// The columns of the state that was asked last.
#[derive(Default)]
pub(super) struct Held(Mutex<Option<Arc<Columns>>>);

impl Held {
    /// The columns of a state; what is known of its segments is not read again.
    pub fn of(&self, searcher: &Searcher) -> tantivy::Result<Arc<Columns>> {
        let generation = searcher.generation().generation_id();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(columns) = held.as_ref().filter(|columns| columns.generation == generation) {
            return Ok(Arc::clone(columns));
        }
        let columns = Arc::new(Columns::read(searcher, generation, held.as_deref())?);
        *held = Some(Arc::clone(&columns));
        Ok(columns)
    }
}

impl Columns {
    fn read(
        searcher: &Searcher,
        generation: u64,
        before: Option<&Columns>,
    ) -> tantivy::Result<Self> {
        let mut all = Vec::new();
        for reader in searcher.segment_readers() {
            let known = before.and_then(|before| {
                before.segments.iter().find(|known| known.own.id == reader.segment_id())
            });
            all.push(match known {
                Some(known) => Arc::clone(&known.own),
                None => Arc::new(Own::read(reader)?),
            });
        }
        let mut values = Vec::new();
        let mut places = vec![Vec::new(); all.len()];
        for field in 0..KeyField::ALL.len() {
            let column = |own: &'_ Arc<Own>| own.fields[field].is_some();
            let mut sorted: BTreeSet<&str> = BTreeSet::new();
            for own in all.iter().filter(|own| column(own)) {
                let column = own.fields[field].iter();
                sorted.extend(column.flat_map(|column| &column.values).map(String::as_str));
            }
            let sorted: Vec<String> = sorted.into_iter().map(str::to_owned).collect();
            for (own, places) in all.iter().zip(&mut places) {
                let own = own.fields[field].iter().flat_map(|column| &column.values);
                let place = |value: &String| sorted.binary_search(value).unwrap_or_default() as u32;
                places.push(own.map(place).collect());
            }
            values.push(sorted);
        }
        let deleted = searcher.segment_readers().iter().map(deleted);
        let segments = all.into_iter().zip(places).zip(deleted);
        let segments = segments
            .map(|((own, places), deleted)| SegmentColumns { own, places, deleted })
            .collect();
        Ok(Self { generation, segments, values })
    }

    /// Every value of a field.
    pub fn values(&self, field: KeyField) -> &[String] {
        &self.values[field as usize]
    }
}

fn deleted(reader: &SegmentReader) -> Docs {
    let Some(alive) = reader.alive_bitset() else { return Docs::none() };
    Docs::Few((0..reader.max_doc()).filter(|&doc| alive.is_deleted(doc)).collect())
}

impl SegmentColumns {
    /// How many documents there are, deleted ones included.
    pub fn n_docs(&self) -> usize {
        self.own.issued.len()
    }

    /// The first day a document may have been issued on.
    pub fn issued(&self, doc: u32) -> Option<i64> {
        let day = self.own.issued.get(doc as usize).copied().unwrap_or(NO_DAY);
        (day != NO_DAY).then_some(i64::from(day))
    }

    /// A visitor that counts the values of a field, by place in [`Columns::values`].
    pub fn counter(&self, field: KeyField) -> Option<Counter<'_>> {
        let column = self.own.fields[field as usize].as_ref()?;
        Some(Counter { column, places: &self.places[field as usize] })
    }
}

/// Counts the values of one field in one segment.
pub(super) struct Counter<'c> {
    column: &'c FieldColumn,
    places: &'c [u32],
}

impl Counter<'_> {
    /// Adds 1 for each value of a document.
    pub fn add(&self, counts: &mut [u32], doc: u32) {
        self.visit(doc, |place| counts[place] += 1);
    }

    /// Takes back 1 for each value of a document.
    pub fn take(&self, counts: &mut [u32], doc: u32) {
        self.visit(doc, |place| counts[place] -= 1);
    }

    /// Adds all documents of the segment.
    pub fn add_all(&self, counts: &mut [u32]) {
        for (total, place) in self.column.totals.iter().zip(self.places) {
            counts[*place as usize] += total;
        }
    }

    #[inline]
    fn visit(&self, doc: u32, mut visit: impl FnMut(usize)) {
        match &self.column.ords {
            Ords::One(ords) => {
                let ord = ords[doc as usize] as usize;
                if ord > 0 {
                    visit(self.places[ord - 1] as usize);
                }
            }
            Ords::Several { ends, ords } => {
                let start = if doc == 0 { 0 } else { ends[doc as usize - 1] };
                let own = &ords[start as usize..ends[doc as usize] as usize];
                own.iter().for_each(|ord| visit(self.places[*ord as usize] as usize));
            }
        }
    }
}

impl Own {
    fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        let days = columns.i64(num_name(NumField::IssuedFirst))?;
        let day = |doc| days.first(doc).and_then(|day| i32::try_from(day).ok()).unwrap_or(NO_DAY);
        let issued = (0..reader.max_doc()).map(day).collect();
        let mut fields = Vec::new();
        for field in KeyField::ALL {
            let column = match field.is_countable() {
                true => columns.str(key_name(field))?,
                false => None,
            };
            fields.push(match column {
                Some(column) => Some(FieldColumn::read(&column, reader.max_doc())?),
                None => None,
            });
        }
        Ok(Self { id: reader.segment_id(), issued, fields })
    }
}

impl FieldColumn {
    fn read(column: &StrColumn, n_docs: u32) -> tantivy::Result<Self> {
        let n_values = column.num_terms();
        let mut values = Vec::with_capacity(n_values);
        let all: Vec<u64> = (0..n_values as u64).collect();
        column.dictionary().sorted_ords_to_term_cb(&all, |value| {
            values.push(String::from_utf8_lossy(value).into_owned());
        })?;
        let mut totals = vec![0; n_values];
        let (mut ends, mut ords) = (Vec::with_capacity(n_docs as usize), Vec::new());
        for doc in 0..n_docs {
            for ord in column.term_ords(doc) {
                totals[ord as usize] += 1;
                ords.push(ord as u32);
            }
            ends.push(ords.len() as u32);
        }
        let mut last = 0;
        let mut has_several = false;
        for end in &ends {
            has_several |= end - last > 1;
            last = *end;
        }
        let ords = if has_several {
            Ords::Several { ends, ords }
        } else {
            let mut ones = Vec::with_capacity(ends.len());
            let mut start = 0;
            for end in ends {
                ones.push(if end > start { ords[start as usize] + 1 } else { 0 });
                start = end;
            }
            Ords::One(ones)
        };
        Ok(Self { values, totals, ords })
    }
}
