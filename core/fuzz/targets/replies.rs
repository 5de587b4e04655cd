//! Whatever a server or a client says is read, line by line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasvaudit::ftp::wire::{
    Command, Replies, eprt_argument, passive_address, passive_port, port_argument,
};

fuzz_target!(|bytes: &[u8]| {
    let mut replies = Replies::default();
    for line in bytes.split(|&byte| byte == b'\n') {
        if let Some(reply) = replies.line(line) {
            assert!((100..1000).contains(&reply.code));
            passive_address(reply.text);
            assert_ne!(passive_port(reply.text), Some(0));
        }
        if let Some(command) = Command::parse(line) {
            port_argument(command.argument);
            eprt_argument(command.argument);
        }
    }
});
