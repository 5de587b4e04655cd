//! Whatever a file holds is read to an end, and what was read can be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasvaudit::capture::Capture;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(report) = Capture::new().read(bytes) {
        report.to_json();
        report.to_text(false, None);
    }
});
