//! From what people see to what is the matter, and back.
//!
//! [`diagnose`] reads a sentence, an error message or a client's log and names the likely causes.
//! [`noticed`] says what programs show if a connection fails in a certain way.
//!
//! Nothing is guessed at: a text is broken into words, and each cause has signs, which are literal
//! parts of messages, reply codes and words. The most specific sign that is there decides.

mod causes;
mod clause;
mod diagnosis;
mod entry;
mod failure;
mod noticed;
mod observed;
mod programs;
mod provider_facts;
mod signs;
mod spellings;
mod token;
mod tokens;
mod vocabulary;

pub use diagnosis::{Diagnosis, Fault, LikelyCause, diagnose};
pub use failure::{Failure, Stopped};
pub use noticed::{Noticed, Program, Reply, noticed};

#[cfg(test)]
mod tests;
