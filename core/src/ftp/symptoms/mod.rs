//! From what people see to what is the matter.
//!
//! [`diagnose`] reads a sentence, an error message or a client's log and names the likely causes.
//!
//! Nothing is guessed at: a text is broken into words, and each cause has signs, which are literal
//! parts of messages, reply codes and words. The most specific sign that is there decides.

mod causes;
mod clause;
mod diagnosis;
mod entry;
mod observed;
mod provider_facts;
mod signs;
mod spellings;
mod tokens;
mod vocabulary;

pub use diagnosis::{Diagnosis, Fault, LikelyCause, diagnose};

#[cfg(test)]
mod tests;
