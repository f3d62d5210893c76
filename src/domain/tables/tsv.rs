//! Tab-separated text → rows of cells that remember their file and line, so that a mistake in
//! a clerk's table is named where it stands. Must not know what the cells mean.

use crate::domain::{date::PartialDate, tables::TablesError};

/// One line of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The file as named in messages.
    pub(super) file: String,
    /// Line in the file, from 1.
    pub(super) line: usize,
    cells: Vec<String>,
}

impl Row {
    /// The text of a column.
    pub(super) fn cell(&self, column: usize) -> &str {
        &self.cells[column]
    }

    /// A column that must not be empty.
    pub(super) fn required(&self, column: usize, name: &str) -> Result<String, TablesError> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Err(self.wrong(format!("expected a {name}, found an empty cell")));
        }
        Ok(cell.to_owned())
    }

    /// The parts of a column that are separated by `|`, e.g. `SNN|SNNPTNT`.
    pub(super) fn list(&self, column: usize) -> Vec<String> {
        self.cell(column)
            .split('|')
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A date column, empty for "not known".
    pub(super) fn date(&self, column: usize) -> Result<Option<PartialDate>, TablesError> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        cell.parse().map(Some).map_err(|error| self.wrong(format!("{error}")))
    }

    /// The error that names this row.
    pub(super) fn wrong(&self, reason: String) -> TablesError {
        TablesError::BadRow { file: self.file.clone(), line: self.line, reason }
    }
}

/// Splits a file into rows and checks its head, e.g. `sign<TAB>name<TAB>…`.
///
/// Blank lines and lines that begin with `#` are passed over.
pub(super) fn rows(file: &str, text: &str, head: &[&str]) -> Result<Vec<Row>, TablesError> {
    let bad =
        |line: usize, reason: String| TablesError::BadRow { file: file.to_owned(), line, reason };
    let mut rows = Vec::new();
    let mut head_seen = false;
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = index + 1;
        if raw.trim().is_empty() || raw.starts_with('#') {
            continue;
        }
        let cells: Vec<String> = raw.split('\t').map(|cell| cell.trim().to_owned()).collect();
        if !head_seen {
            if cells != head {
                let reason = format!("expected the head {:?}, found {raw:?}", head.join("\t"));
                return Err(bad(line, reason));
            }
            head_seen = true;
            continue;
        }
        if cells.len() != head.len() {
            let reason = format!("expected {} columns, found {}", head.len(), cells.len());
            return Err(bad(line, reason));
        }
        rows.push(Row { file: file.to_owned(), line, cells });
    }
    if !head_seen {
        return Err(bad(1, format!("expected the head {:?}, found nothing", head.join("\t"))));
    }
    Ok(rows)
}

/// Puts the clerk's rows over the built-in ones: a row whose first `n_key` columns are equal
/// is replaced, any other is added behind. Two rows of the clerk that replace the same are a
/// mistake, which of them is meant cannot be told.
pub(super) fn merge(
    mut rows: Vec<Row>,
    overrides: Vec<Row>,
    n_key: usize,
) -> Result<Vec<Row>, TablesError> {
    for (n, row) in overrides.iter().enumerate() {
        let earlier =
            overrides[..n].iter().find(|other| other.cells[..n_key] == row.cells[..n_key]);
        if let Some(other) = earlier {
            let key = row.cells[..n_key].join(" ");
            let reason =
                format!("expected one row of {key:?}, found another in line {}", other.line);
            return Err(row.wrong(reason));
        }
    }
    for row in overrides {
        let same_key = |other: &&mut Row| other.cells[..n_key] == row.cells[..n_key];
        match rows.iter_mut().find(same_key) {
            Some(old) => *old = row,
            None => rows.push(row),
        }
    }
    Ok(rows)
}

/// Checks that a time of validity does not end before it begins.
pub(super) fn check_span(
    row: &Row,
    from: Option<PartialDate>,
    to: Option<PartialDate>,
) -> Result<(), TablesError> {
    match from.zip(to) {
        Some((from, to)) if to.day_range().1 < from.day_range().0 => {
            Err(row.wrong(format!("expected an end after the begin, found {from} to {to}")))
        }
        _ => Ok(()),
    }
}
