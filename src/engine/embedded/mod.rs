//! [`Embedded`]: the engine inside the process, on tantivy, in a folder or in memory.
//!
//! Nothing of tantivy shows outside. The folder is derived data: it may be deleted whenever no
//! program holds it, and is rebuilt from the catalog.

mod columns;
mod docs;
mod document;
mod facets;
mod held;
mod memory;
mod pages;
mod payload;
mod schema;
mod scores;
mod search;
mod segment;
mod tally;
mod writer;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tantivy::{
    Directory, HasLen, Index, IndexReader, ReloadPolicy, TantivyError,
    directory::{MmapDirectory, error::LockError},
    indexer::{IndexWriterOptions, LogMergePolicy},
};

pub use schema::SCHEMA_VERSION;

use self::{
    columns::Held,
    memory::Memory,
    pages::{PAGES_TOKENIZER, PagesTokenizer},
    payload::Payload,
    schema::Fields,
    search::View,
    writer::Writer,
};
use crate::{
    domain::record::RecordId,
    engine::{Answer, Engine, EngineError, KeyField, Op, SearchReq, Stats, TextField, Token},
};

/// What the engine may use while writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedOptions {
    /// Memory for documents that are being indexed, all threads together; at least 15 MB a
    /// thread.
    pub heap_bytes: usize,
    /// Threads that index.
    pub n_threads: usize,
}

impl Default for EmbeddedOptions {
    /// 60 MB and two threads: an office PC has other things to do.
    fn default() -> Self {
        Self { heap_bytes: 60 << 20, n_threads: 2 }
    }
}

/// A search index in one folder or in memory.
pub struct Embedded {
    fields: Arc<Fields>,
    reader: IndexReader,
    /// `None` when opened for reading only.
    writer: Option<Mutex<Writer>>,
    last_version: AtomicU64,
    memory: Memory,
    columns: Held,
    /// Shown in messages.
    place: PathBuf,
}

impl Embedded {
    /// Opens the index in a folder, or makes an empty one.
    ///
    /// # Errors
    /// `Schema` when another version of the program wrote it, `Locked` when another process
    /// writes to it, `Storage` when the folder cannot be used.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with(dir, EmbeddedOptions::default())
    }

    /// [`open`](Self::open) with other limits.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(dir: &Path, options: EmbeddedOptions) -> Result<Self, EngineError> {
        fs::create_dir_all(dir).map_err(storage("make its folder"))?;
        let (schema, fields) = Fields::declare();
        let directory = MmapDirectory::open(dir).map_err(storage("open its folder"))?;
        let exists = Index::exists(&directory).map_err(storage("open its folder"))?;
        let index = if exists {
            Index::open(directory).map_err(storage("open"))?
        } else {
            Index::create(directory, schema, tantivy::IndexSettings::default())
                .map_err(storage("make an empty one"))?
        };
        Self::start(index, fields, Some(options), dir)
    }

    /// Opens the index in a folder without the right to write, beside the process that writes.
    /// It follows the commits of that process within about a second.
    ///
    /// # Errors
    /// `Schema` when another version of the program wrote it, `Storage` when there is none.
    pub fn open_read_only(dir: &Path) -> Result<Self, EngineError> {
        let (_, fields) = Fields::declare();
        let index = Index::open_in_dir(dir).map_err(storage("open"))?;
        Self::start(index, fields, None, dir)
    }

    /// An empty index that is gone when it is dropped.
    ///
    /// # Errors
    /// `Storage` when its threads cannot be started.
    pub fn in_memory() -> Result<Self, EngineError> {
        let (schema, fields) = Fields::declare();
        let index = Index::create_in_ram(schema);
        Self::start(index, fields, Some(EmbeddedOptions::default()), Path::new("memory"))
    }

    fn start(
        index: Index,
        fields: Fields,
        options: Option<EmbeddedOptions>,
        place: &Path,
    ) -> Result<Self, EngineError> {
        let payload = check_schema(&index)?;
        index.tokenizers().register(PAGES_TOKENIZER, PagesTokenizer::default());
        let fields = Arc::new(fields);
        let writer = match options {
            Some(options) => {
                let writer = start_writer(&index, options, place)?;
                let mut writer = Writer::new(writer, Arc::clone(&fields));
                if payload.is_none() {
                    // From the first moment on the index says what wrote it.
                    writer.commit(Payload { schema: SCHEMA_VERSION, last_version: 0 })?;
                }
                Some(Mutex::new(writer))
            }
            None => None,
        };
        // Who does not write does not know when the other process commits.
        let reload = match &writer {
            Some(_) => ReloadPolicy::Manual,
            None => ReloadPolicy::OnCommitWithDelay,
        };
        let reader = index
            .reader_builder()
            .reload_policy(reload)
            .try_into()
            .map_err(storage("open for reading"))?;
        let last_version = AtomicU64::new(payload.map_or(0, |payload| payload.last_version));
        Ok(Self {
            fields,
            reader,
            writer,
            last_version,
            memory: Memory::default(),
            columns: Held::default(),
            place: place.to_owned(),
        })
    }

    /// Every document of the last commit with its version, for comparing with the catalog.
    ///
    /// # Errors
    /// `Storage` when it cannot be read.
    pub fn held(&self) -> Result<Vec<(RecordId, u64)>, EngineError> {
        held::held(&self.reader.searcher()).map_err(storage("list what it holds"))
    }

    /// The files of an index whose bytes do not fit their checksums, by name.
    ///
    /// # Errors
    /// `Schema` and `Storage` when the index cannot be opened at all.
    pub fn damaged_files(dir: &Path) -> Result<Vec<String>, EngineError> {
        let index = Index::open_in_dir(dir).map_err(storage("open"))?;
        check_schema(&index)?;
        held::damaged_files(&index).map_err(storage("compare its files with their checksums"))
    }

    fn writer(&self) -> Result<&Mutex<Writer>, EngineError> {
        let read_only = || EngineError::ReadOnly { path: self.place.display().to_string() };
        self.writer.as_ref().ok_or_else(read_only)
    }
}

/// The payload of the last commit, none when there was no commit yet.
fn check_schema(index: &Index) -> Result<Option<Payload>, EngineError> {
    let metas = index.load_metas().map_err(storage("read its description"))?;
    let payload: Option<Payload> = match &metas.payload {
        Some(text) => Some(text.parse().map_err(storage("read its last commit"))?),
        None => None,
    };
    let found = payload.map_or(SCHEMA_VERSION, |payload| payload.schema);
    let (schema, _) = Fields::declare();
    if found == SCHEMA_VERSION && index.schema() == schema {
        return Ok(payload);
    }
    // A description that says the right version but has other fields was never committed to.
    let found = if found == SCHEMA_VERSION { 0 } else { found };
    Err(EngineError::Schema { expected: SCHEMA_VERSION, found })
}

fn start_writer<D: tantivy::Document>(
    index: &Index,
    options: EmbeddedOptions,
    place: &Path,
) -> Result<tantivy::IndexWriter<D>, EngineError> {
    /// tantivy's lowest budget of a thread.
    const MIN_THREAD_BYTES: usize = 15_000_000;
    let n_threads = options.n_threads.clamp(1, 8);
    let tantivy_options = IndexWriterOptions::builder()
        .num_worker_threads(n_threads)
        .memory_budget_per_thread((options.heap_bytes / n_threads).max(MIN_THREAD_BYTES))
        .num_merge_threads(1)
        .build();
    let writer = index.writer_with_options(tantivy_options).map_err(|cause| match cause {
        TantivyError::LockFailure(LockError::LockBusy, _) => {
            EngineError::Locked { path: place.display().to_string() }
        }
        other => storage("start writing")(other),
    })?;
    let mut merge_policy = LogMergePolicy::default();
    // Documents are replaced as often as they are read anew; without this tantivy would keep
    // the old ones until it merges for another reason.
    merge_policy.set_del_docs_ratio_before_merge(0.3);
    writer.set_merge_policy(Box::new(merge_policy));
    // A commit that was cut short leaves files that no segment names; the next commit would write
    // one of the same name and be refused.
    writer.garbage_collect_files().wait().map_err(storage("clear up after a commit cut short"))?;
    Ok(writer)
}

/// Wraps a cause into `Storage` with what was attempted.
fn storage<E>(action: &'static str) -> impl FnOnce(E) -> EngineError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |cause| EngineError::Storage { action, source: Box::new(cause) }
}

impl Engine for Embedded {
    fn apply(&self, ops: &[Op]) -> Result<(), EngineError> {
        let mut writer = self.writer()?.lock().unwrap_or_else(PoisonError::into_inner);
        let committed = self.reader.searcher();
        for op in ops {
            writer.apply(op, &committed)?;
        }
        Ok(())
    }

    fn commit(&self, last_version: u64) -> Result<(), EngineError> {
        let mut writer = self.writer()?.lock().unwrap_or_else(PoisonError::into_inner);
        writer.commit(Payload { schema: SCHEMA_VERSION, last_version })?;
        self.last_version.store(last_version, Ordering::Release);
        self.reader.reload().map_err(storage("show its last commit"))
    }

    fn forget(&self) -> Result<(), EngineError> {
        let mut writer = self.writer()?.lock().unwrap_or_else(PoisonError::into_inner);
        writer.forget()?;
        self.reader.reload().map_err(storage("show its last commit"))
    }

    fn search(&self, request: &SearchReq) -> Result<Answer, EngineError> {
        let searcher = &self.reader.searcher();
        let (fields, memory, columns) = (&*self.fields, &self.memory, &self.columns);
        View { fields, searcher, memory, columns }.search(request).map_err(storage("search"))
    }

    fn words(
        &self,
        field: TextField,
        prefix: &Token,
        size: usize,
    ) -> Result<Vec<(String, u64)>, EngineError> {
        let field = self.fields.text(field);
        segment::words_beginning(&self.reader.searcher(), field, prefix, size)
            .map_err(storage("list words"))
    }

    fn values(&self, field: KeyField) -> Result<Vec<(String, u64)>, EngineError> {
        let columns = self.columns.of(&self.reader.searcher()).map_err(storage("list values"))?;
        Ok(facets::all(&columns, field))
    }

    fn stats(&self) -> Result<Stats, EngineError> {
        let searcher = self.reader.searcher();
        let directory = searcher.index().directory();
        // Merges go on beside us: a file that has become superfluous may be gone by now.
        let sizes = directory
            .list_managed_files()
            .into_iter()
            .filter_map(|path| directory.open_read(&path).ok())
            .map(|file| file.len() as u64);
        Ok(Stats {
            n_documents: searcher.num_docs(),
            last_version: self.last_version.load(Ordering::Acquire),
            n_bytes: sizes.sum(),
        })
    }
}
