//! Ctrl-C, for what waits for the network.

use std::sync::{Mutex, Once, PoisonError};

use crate::cancel::Cancel;

/// What runs.
static RUNNING: Mutex<Option<Cancel>> = Mutex::new(None);
static HANDLED: Once = Once::new();

/// The exit code of a command that a signal ended, as shells have it: 128 and SIGINT.
const INTERRUPTED: i32 = 130;

/// Does what Ctrl-C ends. Once more ends the command, for then somebody means it.
pub(super) fn interruptible<T>(work: impl FnOnce(&Cancel) -> T) -> T {
    let cancel = Cancel::new();
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(cancel.clone());
    HANDLED.call_once(|| {
        // Without a handler Ctrl-C ends the command, and that is all that is lost.
        let _ = ctrlc::set_handler(|| {
            let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
            match running.as_ref() {
                Some(cancel) if !cancel.is_cancelled() => cancel.cancel(),
                _ => std::process::exit(INTERRUPTED),
            }
        });
    });
    let done = work(&cancel);
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = None;
    done
}
