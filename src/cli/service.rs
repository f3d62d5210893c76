//! Handing an order to the service that holds the data folder, so that `vanthu ingest` and
//! `vanthu reindex` do what they say while it runs.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use serde_json::Value;

use crate::catalog::CatalogError;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The note of where a service answers; gone with it, unless it was killed.
#[derive(Debug)]
pub(super) struct Note {
    path: PathBuf,
}

impl Note {
    /// Notes the address beside what the service holds.
    pub(super) fn leave(data: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let path = note_of(data);
        fs::write(&path, address.to_string())
            .with_context(|| format!("could not write {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // A note that stays is asked about only while somebody holds the folder.
        let _ = fs::remove_file(&self.path);
    }
}

fn note_of(data: &Path) -> PathBuf {
    data.join("vanthu.address")
}

/// Leaves an order with the service that holds the folder, and answers where that is; `None` when
/// the folder is not refused for that, or no service says that it holds it.
pub(super) fn hand_over(data: &Path, error: &CatalogError, order: &Value) -> Option<SocketAddr> {
    if !matches!(error, CatalogError::InUse { .. }) {
        return None;
    }
    let address: SocketAddr = fs::read_to_string(note_of(data)).ok()?.trim().parse().ok()?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let body = order.to_string();
    let request = format!(
        "POST /api/v1/runs HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).ok()?;
    status.starts_with("HTTP/1.1 202").then_some(address)
}
