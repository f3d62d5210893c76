//! [`Switch`]: an engine that can be exchanged for another one while it is being asked.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use crate::engine::{
    Answer, Engine, EngineError, KeyField, Op, SearchReq, Stats, TextField, Token,
};

/// The engine in use. Whoever asks gets the answer of one engine, the old or the new one.
///
/// Whoever feeds it takes a [`turn`](Self::turn) for as long as what was applied is tied to what
/// the engine held before; an exchange takes one too, so nothing falls between two engines.
pub struct Switch {
    current: RwLock<Arc<dyn Engine>>,
    turn: Mutex<()>,
}

impl Switch {
    /// With an engine in use.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { current: RwLock::new(engine), turn: Mutex::default() }
    }

    /// The engine in use at this moment.
    pub fn current(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The right to feed or to exchange.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes another engine into use; the caller holds a turn. Questions under way are answered
    /// by the old one.
    pub fn exchange(&self, _turn: &MutexGuard<'_, ()>, engine: Arc<dyn Engine>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = engine;
    }
}

impl fmt::Debug for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switch").finish_non_exhaustive()
    }
}

impl Engine for Switch {
    fn apply(&self, ops: &[Op]) -> Result<(), EngineError> {
        self.current().apply(ops)
    }

    fn commit(&self, last_version: u64) -> Result<(), EngineError> {
        self.current().commit(last_version)
    }

    fn forget(&self) -> Result<(), EngineError> {
        self.current().forget()
    }

    fn search(&self, request: &SearchReq) -> Result<Answer, EngineError> {
        self.current().search(request)
    }

    fn words(
        &self,
        field: TextField,
        prefix: &Token,
        size: usize,
    ) -> Result<Vec<(String, u64)>, EngineError> {
        self.current().words(field, prefix, size)
    }

    fn values(&self, field: KeyField) -> Result<Vec<(String, u64)>, EngineError> {
        self.current().values(field)
    }

    fn stats(&self) -> Result<Stats, EngineError> {
        self.current().stats()
    }
}
