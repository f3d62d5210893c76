//! [`examine`]: originals ⇄ catalog ⇄ engine ⇄ citation graph, every difference by name.
//!
//! Reads everything, writes nothing unless told to repair; then only what is derived.

use std::{collections::BTreeMap, fs, io, num::NonZeroUsize, path::Path};

use serde::Serialize;

use crate::{
    catalog::{Catalog, CatalogError, FilePath, FileRow, Flaw, Reading},
    domain::{record::RecordId, tables::Tables},
    engine::{Engine, embedded::Embedded},
    intake::{
        Control, Look, Order, Scope, catch_up, generation, reindex,
        scan::{Cause, Seen},
    },
    pipeline::EXTRACTOR_REVISION,
    upkeep::{UpkeepError, manifest::hash},
};

/// Documents and files looked at in one step.
const STEP: usize = 256;

/// What is examined, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Examination<'a> {
    /// The catalog; opened for writing when something is to be repaired.
    pub catalog: &'a Catalog,
    /// The data folder.
    pub data: &'a Path,
    /// The folder of originals.
    pub archive: &'a Path,
    /// Document types, issuers and so on.
    pub tables: &'a Tables,
    /// Threads that index.
    pub n_threads: NonZeroUsize,
    /// Whether the bytes of every original are compared with their hash.
    pub hashes: bool,
    /// Whether what is derived is made anew where it differs.
    pub repair: bool,
}

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The database file is damaged.
    CatalogDamaged,
    /// What was read of a document is damaged; its original has to be read again.
    ReadingDamaged,
    /// Something derived of a document is not what its reading gives.
    DocumentDiffers,
    /// An original has other bytes than were taken in, at the same time of change: the disk.
    OriginalDamaged,
    /// An original cannot be opened.
    OriginalUnreadable,
    /// A file of the engine is damaged.
    EngineDamaged,
    /// The engine does not hold what the catalog holds.
    EngineDiffers,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which kind.
    pub kind: Kind,
    /// The document, when it concerns one.
    pub document: Option<RecordId>,
    /// The file, when it concerns one.
    pub path: Option<String>,
    /// What was expected and what was found, and what to do.
    pub detail: String,
    /// Whether it has been repaired.
    pub repaired: bool,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Documents that can be found.
    pub n_documents: u64,
    /// Files of the archive that were compared.
    pub n_files: u64,
    /// The differences, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// What the next run will take in or note: no differences, only work that is to come.
    pub pending: BTreeMap<&'static str, u64>,
}

impl Diagnosis {
    /// Whether everything agrees.
    pub fn is_well(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether everything agrees now, after repair.
    pub fn is_mended(&self) -> bool {
        self.findings.iter().all(|finding| finding.repaired)
    }

    fn find(&mut self, kind: Kind, detail: String) -> &mut Finding {
        let finding = Finding { kind, document: None, path: None, detail, repaired: false };
        self.findings.push(finding);
        self.findings.last_mut().expect("it was pushed just now")
    }
}

/// Examines the stores. `tell` hears what is looked at.
///
/// # Errors
/// Only what keeps it from looking at all; whatever is wrong is a finding.
pub fn examine(
    what: &Examination<'_>,
    tell: &mut dyn FnMut(&str),
) -> Result<Diagnosis, UpkeepError> {
    let mut diagnosis = Diagnosis::default();
    tell("the catalog");
    catalog(what, &mut diagnosis);
    tell("every document of the catalog");
    documents(what, &mut diagnosis);
    tell("the originals");
    originals(what, &mut diagnosis);
    tell("the search index");
    engine(what, &mut diagnosis)?;
    if let Ok(counts) = what.catalog.counts() {
        diagnosis.n_documents = counts.n_documents;
    }
    Ok(diagnosis)
}

/// What SQLite says of its file.
fn catalog(what: &Examination<'_>, diagnosis: &mut Diagnosis) {
    const ADVICE: &str = "restore a backup, or move catalog.db away and take the archive in again";
    let damage = match what.catalog.integrity() {
        Ok(lines) => lines,
        Err(error) => vec![chain(&error)],
    };
    // Indexes are made from the tables; the tables are not made from anything.
    let repaired = what.repair
        && !damage.is_empty()
        && what.catalog.mend_indexes().is_ok()
        && what.catalog.integrity().is_ok_and(|lines| lines.is_empty());
    for line in damage {
        diagnosis.find(Kind::CatalogDamaged, format!("{line}; {ADVICE}")).repaired = repaired;
    }
}

/// Every document against its reading and the log of corrections.
fn documents(what: &Examination<'_>, diagnosis: &mut Diagnosis) {
    let mut flaws: Vec<Flaw> = Vec::new();
    let mut after = 0;
    let audited = loop {
        match what.catalog.audit(what.tables, after, STEP, &mut |flaw| flaws.push(flaw)) {
            Ok(Some(last)) => after = last,
            Ok(None) => break what.catalog.audit_rest(&mut |flaw| flaws.push(flaw)),
            Err(error) => break Err(error),
        }
    };
    if let Err(error) = audited {
        diagnosis.find(Kind::CatalogDamaged, chain(&error));
    }
    let ids = |is_reading: bool| -> Vec<RecordId> {
        let concerned = flaws.iter().filter(|flaw| flaw.is_reading == is_reading);
        concerned.filter_map(|flaw| flaw.id.clone()).collect()
    };
    let (mut mended, mut noted) = (false, false);
    if what.repair && !flaws.is_empty() {
        // One by one: a document that cannot be mended is no reason to leave the others.
        let mend = |id: &RecordId| what.catalog.mend(what.tables, std::slice::from_ref(id)).is_ok();
        let n_left = ids(false).iter().filter(|id| !mend(id)).count();
        mended = what.catalog.mend_counts().is_ok() && n_left == 0;
        noted = what.catalog.distrust(&ids(true)).is_ok();
    }
    for flaw in flaws {
        let (kind, advice) = match flaw.is_reading {
            true => (
                Kind::ReadingDamaged,
                if noted {
                    "; the next run reads it again"
                } else {
                    "; repair, then run `vanthu ingest`"
                },
            ),
            false => (Kind::DocumentDiffers, ""),
        };
        let finding = diagnosis.find(kind, format!("{}{advice}", flaw.detail));
        // A file that contradicts its document is no document of its own.
        let is_mendable = flaw.id.is_some() || flaw.path.is_empty();
        finding.repaired = kind == Kind::DocumentDiffers && mended && is_mendable;
        finding.document = flaw.id;
        finding.path = Some(flaw.path).filter(|path| !path.is_empty());
    }
    if what.repair
        && let Err(error) = what.catalog.note_sums()
    {
        diagnosis.find(Kind::CatalogDamaged, chain(&error));
    }
}

/// Every file that is taken in against the file on disk, and what the next run will do.
fn originals(what: &Examination<'_>, diagnosis: &mut Diagnosis) {
    if what.hashes
        && let Err(error) = hashes(what, diagnosis)
    {
        diagnosis.find(Kind::CatalogDamaged, chain(&error));
    }
    let control = Control::default();
    let reading = Reading { extractor: EXTRACTOR_REVISION, tables: what.tables.revision() };
    let scopes = [Scope::archive(what.archive)];
    let order = Order::Changes;
    let look = Look {
        catalog: Some(what.catalog),
        archive: what.archive,
        scopes: &scopes,
        order: &order,
        reading,
    };
    let mut pending: BTreeMap<&'static str, u64> = BTreeMap::new();
    let surveyed = look.survey(&control, &mut |seen| {
        let word = match seen {
            Seen::Read { cause: Cause::New | Cause::Returned, .. } => "new",
            Seen::Read { cause: Cause::InDoubt, .. } => return,
            Seen::Read { .. } => "to be read again",
            Seen::Vanished(_) => "gone",
            Seen::Unreadable { .. } | Seen::FolderUnreadable { .. } => "cannot be looked at",
            Seen::Unchanged(_) | Seen::Skipped(_) => return,
        };
        *pending.entry(word).or_default() += 1;
    });
    diagnosis.pending = pending;
    if let Err(error) = surveyed {
        diagnosis.find(Kind::OriginalUnreadable, chain(&error));
    }
}

fn hashes(what: &Examination<'_>, diagnosis: &mut Diagnosis) -> Result<(), CatalogError> {
    let mut after = FilePath::from_bytes(Vec::new());
    loop {
        let rows = what.catalog.files_between(&after, None, STEP)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.stat.path.clone();
        for row in rows.iter().filter(|row| row.status.is_shown()) {
            diagnosis.n_files += 1;
            original(what, row, diagnosis);
        }
    }
}

fn original(what: &Examination<'_>, row: &FileRow, diagnosis: &mut Diagnosis) {
    let path = row.stat.path.on_disk(what.archive);
    let found = fs::metadata(&path).and_then(|metadata| Ok((metadata, hash(&path)?)));
    let (metadata, (_, sha256)) = match found {
        Ok(found) => found,
        // Gone is what the survey tells.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            let finding = diagnosis.find(Kind::OriginalUnreadable, error.to_string());
            finding.path = Some(row.stat.path.to_string());
            return;
        }
    };
    let now = crate::intake::scan::stat(row.stat.path.clone(), &metadata);
    let is_touched = (now.size_bytes, now.mtime_ns) != (row.stat.size_bytes, row.stat.mtime_ns);
    let Some(expected) = row.sha256.as_ref().filter(|expected| **expected != sha256) else {
        return;
    };
    if is_touched {
        return; // Changed by somebody: the next run takes it in.
    }
    let detail = format!(
        "expected the hash {expected}, found {sha256}, and its time of change is as before: the \
         disk or another program altered it; copy it from a backup"
    );
    let finding = diagnosis.find(Kind::OriginalDamaged, detail);
    finding.path = Some(row.stat.path.to_string());
    finding.document = row.id.clone();
}

/// The engine against the catalog, document by document, and its files against their checksums.
fn engine(what: &Examination<'_>, diagnosis: &mut Diagnosis) -> Result<(), UpkeepError> {
    let n_before = diagnosis.findings.len();
    let folder = match generation::current(what.catalog, what.data) {
        Ok(folder) => folder,
        Err(error) => {
            diagnosis.find(Kind::EngineDamaged, chain(&error));
            None
        }
    };
    match &folder {
        None => {
            let n_documents = what.catalog.counts().map_or(0, |counts| counts.n_documents);
            if n_documents > 0 && diagnosis.findings.len() == n_before {
                diagnosis.find(Kind::EngineDiffers, "there is no search index".to_owned());
            }
        }
        Some(folder) => compare(what, folder, diagnosis),
    }
    let is_wrong = diagnosis.findings.len() > n_before;
    if what.repair && is_wrong {
        reindex::rebuild(what.catalog, what.data, what.n_threads, &|_| {})?;
        for finding in &mut diagnosis.findings[n_before..] {
            finding.repaired = true;
        }
    } else if what.repair
        && let Some(folder) = folder
    {
        // What was mended above is on its way to the engine.
        catch_up(what.catalog, &Embedded::open(&folder)?, what.n_threads)?;
    }
    Ok(())
}

fn compare(what: &Examination<'_>, folder: &Path, diagnosis: &mut Diagnosis) {
    let damaged = match Embedded::damaged_files(folder) {
        Ok(files) => files,
        Err(error) => vec![chain(&error)],
    };
    for file in &damaged {
        diagnosis
            .find(Kind::EngineDamaged, format!("{file} is damaged; the index is to be rebuilt"));
    }
    if !damaged.is_empty() {
        return;
    }
    if let Err(error) = compare_documents(what, folder, diagnosis) {
        diagnosis.find(Kind::EngineDamaged, chain(&*error));
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn compare_documents(
    what: &Examination<'_>,
    folder: &Path,
    diagnosis: &mut Diagnosis,
) -> Result<(), AnyError> {
    // The index first: what comes later is only behind.
    let engine = Embedded::open_read_only(folder)?;
    let indexed_up_to = engine.stats()?.last_version;
    let mut held: BTreeMap<RecordId, u64> = engine.held()?.into_iter().collect();
    let last_seq = what.catalog.last_seq()?;
    if indexed_up_to > last_seq {
        let detail = format!(
            "the index knows changes up to {indexed_up_to}, the catalog up to {last_seq}: the \
             catalog is older, or the index is damaged"
        );
        diagnosis.find(Kind::EngineDiffers, detail);
    } else if indexed_up_to < last_seq {
        diagnosis.pending.insert("to be indexed", last_seq - indexed_up_to);
    }
    let mut after = 0;
    loop {
        let shown = what.catalog.shown_after(after, STEP)?;
        let Some(last) = shown.last() else { break };
        after = last.ord;
        for document in shown {
            let version = held.remove(&document.id);
            // Changed after the last commit of the engine.
            if document.version > indexed_up_to || version == Some(document.version) {
                continue;
            }
            let found = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            let detail =
                format!("expected version {} in the index, found {found}", document.version);
            diagnosis.find(Kind::EngineDiffers, detail).document = Some(document.id);
        }
    }
    for (id, version) in held {
        // Hidden after the last commit of the engine.
        if what.catalog.outbox_of(&id)?.is_some_and(|seq| seq > indexed_up_to) {
            continue;
        }
        let detail = format!("expected nothing of it in the index, found version {version}");
        diagnosis.find(Kind::EngineDiffers, detail).document = Some(id);
    }
    Ok(())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mended_is_not_well() {
        let mut diagnosis = Diagnosis::default();
        assert!(diagnosis.is_well() && diagnosis.is_mended());
        diagnosis.find(Kind::EngineDiffers, String::new()).repaired = true;
        assert!(!diagnosis.is_well() && diagnosis.is_mended());
        diagnosis.find(Kind::OriginalDamaged, String::new());
        assert!(!diagnosis.is_mended());
    }
}
