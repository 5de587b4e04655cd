//! How what waits for the network is ended before its time.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
#[cfg(feature = "probe")]
use std::time::Duration;

/// Ends a probe or a live capture from another thread, a signal handler's or a user's: whatever waits stops waiting, and
/// the report says what was seen so far. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    cancelled: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    /// One that nobody has used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends it. Once is enough, and there is no way back.
    pub fn cancel(&self) {
        *self.0.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.changed.notify_all();
    }

    /// Whether it was ended.
    pub fn is_cancelled(&self) -> bool {
        *self.0.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and says whether it was ended meanwhile.
    #[cfg(feature = "probe")]
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let cancelled = self.0.cancelled.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.changed.wait_timeout_while(cancelled, time, |cancelled| !*cancelled);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
