//! The fields of the index as tantivy declares them: one field of ours is one field of tantivy.
//!
//! Text is indexed and never stored; whatever is shown comes from the catalog.

use tantivy::{
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing,
        TextOptions,
    },
    tokenizer::RAW_TOKENIZER_NAME,
};

use super::pages::PAGES_TOKENIZER;
use crate::engine::{KeyField, NumField, TextField};

/// Raised with every change of the fields or of what `analyse` puts into them; an index of
/// another version must be rebuilt.
pub const SCHEMA_VERSION: u32 = 2;

/// Name of the fast column of the catalog's number of a document.
pub(super) const ORD: &str = "ord";
/// Name of the fast column of the version of a document.
pub(super) const VERSION: &str = "version";
/// Name of the field of the record identifier, as the number its hexadecimal digits write.
pub(super) const ID: &str = "id";

/// The handles of all fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub id: Field,
    pub ord: Field,
    pub version: Field,
    keys: [Field; KeyField::ALL.len()],
    numbers: [Field; NumField::ALL.len()],
    texts: [Field; TextField::ALL.len()],
}

impl Fields {
    /// Declares the fields, always in the same order.
    pub fn declare() -> (Schema, Fields) {
        let mut builder = Schema::builder();
        let id = builder.add_u64_field(ID, INDEXED | FAST);
        let ord = builder.add_i64_field(ORD, FAST);
        let version = builder.add_u64_field(VERSION, FAST);
        let keys =
            KeyField::ALL.map(|field| builder.add_text_field(key_name(field), key_options(field)));
        let numbers = NumField::ALL.map(|field| {
            builder.add_i64_field(num_name(field), NumericOptions::default().set_fast())
        });
        let texts = TextField::ALL
            .map(|field| builder.add_text_field(text_name(field), text_options(field)));
        (builder.build(), Fields { id, ord, version, keys, numbers, texts })
    }

    pub fn key(&self, field: KeyField) -> Field {
        self.keys[field as usize]
    }

    pub fn num(&self, field: NumField) -> Field {
        self.numbers[field as usize]
    }

    pub fn text(&self, field: TextField) -> Field {
        self.texts[field as usize]
    }
}

/// Keys are whole terms without frequencies; the countable ones have a column too.
fn key_options(field: KeyField) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(RAW_TOKENIZER_NAME)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let options = TextOptions::default().set_indexing_options(indexing);
    if field.is_countable() { options.set_fast(RAW_TOKENIZER_NAME) } else { options }
}

fn text_options(field: TextField) -> TextOptions {
    let record = match field {
        TextField::BodyFolded => IndexRecordOption::WithFreqsAndPositions,
        _ if field.counts_words() => IndexRecordOption::WithFreqs,
        _ => IndexRecordOption::Basic,
    };
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(PAGES_TOKENIZER)
        .set_index_option(record)
        .set_fieldnorms(field.counts_words());
    TextOptions::default().set_indexing_options(indexing)
}

pub(super) fn key_name(field: KeyField) -> &'static str {
    match field {
        KeyField::Number => "number",
        KeyField::NumberPrefix => "number_prefix",
        KeyField::Cites => "cites",
        KeyField::DocType => "doc_type",
        KeyField::Issuer => "issuer",
        KeyField::IssuerKind => "issuer_kind",
        KeyField::Year => "year",
        KeyField::Signer => "signer",
        KeyField::SignerWord => "signer_word",
        KeyField::State => "state",
        KeyField::NumberBand => "number_band",
    }
}

pub(super) fn num_name(field: NumField) -> &'static str {
    match field {
        NumField::IssuedFirst => "issued_first",
        NumField::IssuedLast => "issued_last",
        NumField::Serial => "serial",
    }
}

fn text_name(field: TextField) -> &'static str {
    match field {
        TextField::TitleExact => "title_exact",
        TextField::TitleFolded => "title_folded",
        TextField::IssuerFolded => "issuer_folded",
        TextField::BodyExact => "body_exact",
        TextField::BodyFolded => "body_folded",
        TextField::Pair => "pair",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_point_at_their_own_field() {
        let (schema, fields) = Fields::declare();
        for field in KeyField::ALL {
            assert_eq!(schema.get_field_name(fields.key(field)), key_name(field));
        }
        for field in NumField::ALL {
            assert_eq!(schema.get_field_name(fields.num(field)), num_name(field));
        }
        for field in TextField::ALL {
            assert_eq!(schema.get_field_name(fields.text(field)), text_name(field));
        }
    }
}
