//! [`Config`]: what the operator decides, from flags, environment and `vanthu.toml`, checked once.
//!
//! The first that says something wins: flag, `VANTHU_…` variable (clap brings both together),
//! `vanthu.toml`, default. The rest of the program never sees a raw setting.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// Name of the file in the current folder that is read when no other is named.
pub const FILE_NAME: &str = "vanthu.toml";

/// Most threads that may be asked for.
const MAX_THREADS: usize = 256;

/// Megabytes of page images kept: some 4,000 pages.
const PAGE_CACHE_MB: u32 = 512;

/// What the operator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder of originals. Read-only for us.
    pub archive: PathBuf,
    /// The folder of everything derived.
    pub data: PathBuf,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// The clerk's own tables, which add to and override ours.
    pub tables: Option<PathBuf>,
    /// The province whose archive it is, e.g. `Cao Bằng`.
    pub province: Option<String>,
    /// Threads that read documents.
    pub n_threads: NonZeroUsize,
    /// Most bytes of page images kept in the data folder; 0 keeps none.
    pub page_cache_bytes: u64,
}

/// What was said in one place; `None` leaves it to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder of originals.
    pub archive: Option<PathBuf>,
    /// The folder of everything derived.
    pub data: Option<PathBuf>,
    /// Address and port.
    pub listen: Option<String>,
    /// The clerk's own tables.
    pub tables: Option<PathBuf>,
    /// The province whose archive it is.
    pub province: Option<String>,
    /// Threads that read documents.
    pub threads: Option<usize>,
    /// Most megabytes of page images kept.
    pub page_cache_mb: Option<u32>,
}

/// The settings do not make sense.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named on the command line, or found in the current folder, cannot be read.
    #[error("could not read {path}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or has a setting nobody knows.
    #[error("could not understand {path}")]
    Malformed {
        /// The file.
        path: String,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// Not an address.
    #[error("expected an address like 127.0.0.1:8080, found {found:?}")]
    Listen {
        /// What was given.
        found: String,
    },
    /// Too many or no threads.
    #[error("expected 1 to {MAX_THREADS} threads, found {found}")]
    Threads {
        /// What was given.
        found: usize,
    },
    /// Derived files among the originals would be taken in as documents.
    #[error("expected a data folder outside the archive, found {data} inside {archive}")]
    DataInArchive {
        /// The data folder.
        data: String,
        /// The archive.
        archive: String,
    },
}

impl Config {
    /// Brings together what was said on the command line and what `vanthu.toml` says.
    ///
    /// `file` is the file named on the command line; without it `vanthu.toml` of the current
    /// folder is read when it is there.
    ///
    /// # Errors
    /// When a file cannot be read or understood, or a value does not make sense.
    pub fn load(said: Settings, file: Option<&Path>) -> Result<Self, ConfigError> {
        let from_file = match file {
            Some(path) => read(path)?,
            None if Path::new(FILE_NAME).exists() => read(Path::new(FILE_NAME))?,
            None => Settings::default(),
        };
        Self::build(said.or(from_file))
    }

    fn build(settings: Settings) -> Result<Self, ConfigError> {
        let listen = settings.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen.parse().map_err(|_| ConfigError::Listen { found: listen })?;
        let n_threads = match settings.threads {
            None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            Some(n) => NonZeroUsize::new(n)
                .filter(|n| n.get() <= MAX_THREADS)
                .ok_or(ConfigError::Threads { found: n })?,
        };
        let archive = settings.archive.unwrap_or_else(|| "corpus".into());
        let data = settings.data.unwrap_or_else(|| "index".into());
        if resolved(&data).starts_with(resolved(&archive)) {
            return Err(ConfigError::DataInArchive {
                data: data.display().to_string(),
                archive: archive.display().to_string(),
            });
        }
        let page_cache_mb = settings.page_cache_mb.unwrap_or(PAGE_CACHE_MB);
        let page_cache_bytes = u64::from(page_cache_mb) << 20;
        let Settings { tables, province, .. } = settings;
        Ok(Self { archive, data, listen, tables, province, n_threads, page_cache_bytes })
    }
}

impl Settings {
    /// These settings, and where they say nothing, the others.
    fn or(self, other: Self) -> Self {
        Self {
            archive: self.archive.or(other.archive),
            data: self.data.or(other.data),
            listen: self.listen.or(other.listen),
            tables: self.tables.or(other.tables),
            province: self.province.or(other.province),
            threads: self.threads.or(other.threads),
            page_cache_mb: self.page_cache_mb.or(other.page_cache_mb),
        }
    }
}

/// Reads a settings file; its paths are relative to its folder.
fn read(path: &Path) -> Result<Settings, ConfigError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: name.clone(), source })?;
    let settings: Settings =
        toml::from_str(&text).map_err(|source| ConfigError::Malformed { path: name, source })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let placed = |path: Option<PathBuf>| path.map(|path| folder.join(path));
    Ok(Settings {
        archive: placed(settings.archive),
        data: placed(settings.data),
        tables: placed(settings.tables),
        ..settings
    })
}

/// The path without links and dots, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        match (existing.parent(), existing.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name);
                existing = parent;
            }
            _ => return absolute,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str, said: Settings) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vanthu.toml");
        std::fs::write(&file, toml).unwrap();
        let shown = |error: ConfigError| {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text.push_str(&format!(": {error}"));
                cause = error.source();
            }
            text
        };
        let mut config = Config::load(said, Some(&file)).map_err(shown)?;
        if let Ok(path) = config.archive.strip_prefix(folder.path()) {
            config.archive = path.to_owned();
        }
        Ok(config)
    }

    #[test]
    fn command_line_before_file_before_default() {
        let said = Settings { listen: Some("127.0.0.1:9000".to_owned()), ..Settings::default() };
        let config = load(
            "archive = \"kho\"\nlisten = \"0.0.0.0:80\"\nthreads = 3\npage_cache_mb = 1",
            said,
        )
        .unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:9000");
        assert_eq!(config.archive, Path::new("kho")); // beside the file
        assert_eq!(config.n_threads.get(), 3);
        assert_eq!(config.page_cache_bytes, 1 << 20);
        assert_eq!(config.data, Path::new("index"));
    }

    #[track_caller]
    fn check(toml: &str, expected: &str) {
        let error = load(toml, Settings::default()).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        check("archiv = \"kho\"", "unknown field `archiv`"); // a typing error is not ignored
        check("threads = 0", "expected 1 to 256 threads, found 0");
        check("listen = \"8080\"", "expected an address like 127.0.0.1:8080, found \"8080\"");
        check("archive = \"kho\"\ndata = \"kho/index\"", "expected a data folder outside");
        check("threads = ", "could not understand");
    }

    #[test]
    fn missing_file_is_an_error_only_when_it_was_named() {
        let error = Config::load(Settings::default(), Some(Path::new("/nowhere/vanthu.toml")));
        assert!(matches!(error, Err(ConfigError::Unreadable { .. })));
        assert!(Config::load(Settings::default(), None).is_ok());
    }
}
