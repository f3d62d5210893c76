//! [`Rows`]: what the catalog knows of a scope, in the order of the paths, a page at a time.

use std::collections::VecDeque;

use crate::{
    catalog::{Catalog, CatalogError, FilePath, FileStatus, KnownFile, Reading},
    intake::scan::Scope,
};

/// Rows fetched at once.
const PAGE: usize = 4096;

/// The rows of a scope; none without a catalog.
pub(super) struct Rows<'a> {
    catalog: Option<&'a Catalog>,
    reading: Reading<'a>,
    ask_tables: bool,
    after: FilePath,
    before: Option<FilePath>,
    /// Whether rows of files outside the archive are passed over.
    only_relative: bool,
    page: VecDeque<KnownFile>,
    is_exhausted: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn of(
        catalog: Option<&'a Catalog>,
        scope: &Scope,
        reading: Reading<'a>,
    ) -> Result<Self, CatalogError> {
        let base = scope.base.as_bytes();
        let mut page = VecDeque::new();
        let (after, before) = if base.is_empty() {
            (Vec::new(), None)
        } else {
            // The row of a single file; `0` is the byte after `/`.
            if let Some(catalog) = catalog {
                page.extend(catalog.known(&scope.base, reading)?);
            }
            ([base, b"/"].concat(), Some([base, b"0"].concat()))
        };
        let ask_tables = match catalog {
            Some(catalog) => catalog.has_other_tables(reading.tables)?,
            None => false,
        };
        Ok(Self {
            catalog,
            reading,
            ask_tables,
            after: FilePath::from_bytes(after),
            before: before.map(FilePath::from_bytes),
            only_relative: base.is_empty(),
            page,
            is_exhausted: catalog.is_none(),
        })
    }

    fn fill(&mut self) -> Result<(), CatalogError> {
        while self.page.is_empty() && !self.is_exhausted {
            let Some(catalog) = self.catalog else { return Ok(()) };
            let bounds = (&self.after, self.before.as_ref());
            let rows = catalog.known_between(bounds, PAGE, self.reading, self.ask_tables)?;
            self.is_exhausted = rows.len() < PAGE;
            if let Some(last) = rows.last() {
                self.after = last.path.clone();
            }
            let only_relative = self.only_relative;
            let is_meant = |row: &KnownFile| !only_relative || !row.path.is_absolute();
            self.page.extend(rows.into_iter().filter(is_meant));
        }
        Ok(())
    }

    /// The next row that was there when last looked.
    pub(super) fn next_row(&mut self) -> Result<Option<KnownFile>, CatalogError> {
        loop {
            self.fill()?;
            match self.page.pop_front() {
                None => return Ok(None),
                Some(row) if row.status == FileStatus::Missing => {}
                Some(row) => return Ok(Some(row)),
            }
        }
    }

    /// The next row before a path that was there when last looked.
    pub(super) fn next_before(&mut self, path: &[u8]) -> Result<Option<KnownFile>, CatalogError> {
        loop {
            self.fill()?;
            if self.page.front().is_none_or(|row| row.path.as_bytes() >= path) {
                return Ok(None);
            }
            match self.page.pop_front() {
                Some(row) if row.status != FileStatus::Missing => return Ok(Some(row)),
                _ => {}
            }
        }
    }

    /// The row of a path, when it is the next one.
    pub(super) fn take(&mut self, path: &[u8]) -> Result<Option<KnownFile>, CatalogError> {
        self.fill()?;
        if self.page.front().is_some_and(|row| row.path.as_bytes() == path) {
            return Ok(self.page.pop_front());
        }
        Ok(None)
    }

    /// Leaves the rows of a folder as they are.
    pub(super) fn pass_folder(&mut self, folder: &FilePath) -> Result<(), CatalogError> {
        loop {
            self.fill()?;
            let is_inside = self.page.front().is_some_and(|row| row.path.is_in(folder));
            if !is_inside {
                return Ok(());
            }
            self.page.pop_front();
        }
    }
}
