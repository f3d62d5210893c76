//! [`File`]: the objects of a PDF, opened, repaired and decrypted by `lopdf`, and reached
//! without ever failing: what is missing or of the wrong type is `None`.
//!
//! The only place that inflates streams, so that every unpacked byte is charged.

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use super::{encryption, mend};
use crate::{
    read::error::ReadError,
    source::{Budget, Limits, OverBudget},
};

/// No real stream of objects unpacks to more bytes; producers put 100 or 200 objects in one.
const MAX_OBJECT_STREAM: u64 = 32 << 20;
/// Nor to so few that fewer should ever be allowed.
const MIN_OBJECT_STREAM: u64 = 256 << 10;
/// How many references are followed from one object to another.
const MAX_HOPS: usize = 16;

/// An open PDF.
pub(super) struct File {
    document: Document,
    /// The pages in order.
    pub pages: Vec<ObjectId>,
    /// Whether the table of objects had to be rebuilt.
    pub repaired: bool,
}

impl File {
    /// Opens a PDF; an encrypted one with the empty password.
    pub(super) fn open(bytes: &[u8], budget: &mut Budget) -> Result<File, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        let limits = budget.limits;
        if bytes.len() as u64 > limits.max_file_bytes {
            let limit = limits.max_file_bytes;
            return Err(OverBudget::TooMuch { what: "bytes", limit }.into());
        }
        let mended = mend::mend(bytes);
        let mut repaired = mended.is_some();
        let bytes = mended.as_deref().unwrap_or(bytes);
        let options = LoadOptions {
            max_decompressed_size: Some(object_stream_limit(bytes, limits)),
            force_reconstruct: repaired,
            ..LoadOptions::default()
        };
        let mut loaded = Document::load_mem_with_options(bytes, options.clone());
        let is_open = |document: &Document| document.trailer.has(b"Encrypt") || has_page(document);
        if !loaded.as_ref().is_ok_and(is_open) {
            // The table of objects may read and yet describe the wrong objects.
            let again = LoadOptions { force_reconstruct: true, ..options.clone() };
            if let Ok(document) = Document::load_mem_with_options(bytes, again) {
                repaired = true;
                loaded = Ok(document);
            }
        }
        if let Ok(document) = &loaded
            && let Some(bytes) = encryption::move_out_of_trailer(bytes, document)
        {
            loaded = Document::load_mem_with_options(&bytes, options);
        }
        budget.check_time()?;
        let document = loaded.map_err(refusal)?;
        if document.trailer.has(b"Encrypt") {
            return Err(ReadError::PasswordProtected);
        }
        let mut pages: Vec<ObjectId> = document.page_iter().take(limits.max_pages + 1).collect();
        if pages.is_empty() {
            // The page tree is gone, but page objects may be there: in the order of their numbers.
            let is_page = |object: &Object| object.as_dict().is_ok_and(|d| d.has_type(b"Page"));
            let found = document.objects.iter().filter(|(_, object)| is_page(object));
            pages = found.map(|(id, _)| *id).take(limits.max_pages + 1).collect();
            repaired = true;
        }
        if pages.is_empty() {
            return Err(ReadError::Damaged {
                detail: "expected at least one page, found none".to_owned(),
            });
        }
        if pages.len() > limits.max_pages {
            let limit = limits.max_pages as u64;
            return Err(OverBudget::TooMuch { what: "pages", limit }.into());
        }
        repaired |= document.xref_recovery.is_some();
        Ok(File { document, pages, repaired })
    }

    /// The catalog of the document.
    pub(super) fn catalog(&self) -> Option<&Dictionary> {
        self.document.catalog().ok()
    }

    /// The dictionary of a page.
    pub(super) fn page(&self, id: ObjectId) -> Option<&Dictionary> {
        self.document.get_object(id).ok()?.as_dict().ok()
    }

    /// Follows references to an object that is none.
    pub(super) fn resolve<'a>(&'a self, mut object: &'a Object) -> Option<&'a Object> {
        for _ in 0..MAX_HOPS {
            match object {
                Object::Reference(id) => object = self.document.objects.get(id)?,
                Object::Null => return None,
                _ => return Some(object),
            }
        }
        None
    }

    /// The value of a key, references followed.
    pub(super) fn get<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        self.resolve(dict.get(key).ok()?)
    }

    pub(super) fn dict<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        as_dict(self.get(dict, key)?)
    }

    pub(super) fn array<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a [Object]> {
        self.get(dict, key)?.as_array().ok().map(Vec::as_slice)
    }

    pub(super) fn stream<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Stream> {
        self.get(dict, key)?.as_stream().ok()
    }

    pub(super) fn name<'a>(&'a self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
        self.get(dict, key)?.as_name().ok()
    }

    pub(super) fn number(&self, dict: &Dictionary, key: &[u8]) -> Option<f32> {
        self.as_number(dict.get(key).ok()?)
    }

    pub(super) fn as_number(&self, object: &Object) -> Option<f32> {
        self.resolve(object)?.as_float().ok().filter(|number| number.is_finite())
    }

    /// The first `N` numbers of an array.
    pub(super) fn numbers<const N: usize>(
        &self,
        dict: &Dictionary,
        key: &[u8],
    ) -> Option<[f32; N]> {
        let array = self.array(dict, key)?;
        let mut numbers = [0.0; N];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = self.as_number(array.get(index)?)?;
        }
        Some(numbers)
    }

    /// The value of a key of a page, or of the nearest node above it that has it.
    pub(super) fn inherited<'a>(&'a self, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        let mut node = page;
        // Deeper than any real page tree; a tree that is a ring ends here.
        for _ in 0..64 {
            if let Some(value) = self.get(node, key) {
                return Some(value);
            }
            node = self.dict(node, b"Parent")?;
        }
        None
    }

    /// Unpacks a stream; damaged or of an unknown filter, it is empty or shorter.
    ///
    /// # Errors
    /// `TooMuch` when it is larger than a limit.
    pub(super) fn inflate(
        &self,
        stream: &Stream,
        budget: &mut Budget,
    ) -> Result<Vec<u8>, OverBudget> {
        let limit = budget.limits.max_part_bytes;
        match stream.decompressed_content_with_limit(limit as usize) {
            Ok(bytes) => {
                budget.charge_inflated(bytes.len() as u64)?;
                Ok(bytes)
            }
            Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded {
                ..
            })) => Err(OverBudget::TooMuch { what: "bytes in one stream", limit }),
            Err(_) => Ok(Vec::new()),
        }
    }
}

/// The dictionary of a dictionary or of a stream.
pub(super) fn as_dict(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dict) => Some(dict),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// What one stream of objects may unpack to. `lopdf` unpacks all of them at once and knows no
/// total, so the total is shared among as many as the file seems to have.
fn object_stream_limit(bytes: &[u8], limits: &Limits) -> usize {
    let key = b"/ObjStm";
    let n_streams = bytes.windows(key.len()).filter(|window| window == key).count() as u64;
    let share = limits.max_inflated_bytes / n_streams.max(1);
    share.clamp(MIN_OBJECT_STREAM, MAX_OBJECT_STREAM).min(limits.max_part_bytes) as usize
}

fn has_page(document: &Document) -> bool {
    document.page_iter().next().is_some()
}

fn refusal(error: lopdf::Error) -> ReadError {
    match error {
        lopdf::Error::InvalidPassword
        | lopdf::Error::UnsupportedSecurityHandler(_)
        | lopdf::Error::Decryption(_) => ReadError::PasswordProtected,
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { limit }) => {
            OverBudget::TooMuch { what: "bytes in one stream", limit: limit as u64 }.into()
        }
        error => {
            ReadError::Damaged { detail: format!("expected a PDF, found a broken one: {error}") }
        }
    }
}
