//! The captures among the examples are what is built here: `PASVAUDIT_UPDATE=1` writes them anew.

use std::fs;
use std::path::Path;

use crate::scene::{Acceptor, Scene};

fn published(name: &str, scene: &Scene) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/captures").join(name);
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        fs::write(&path, scene.bytes()).unwrap();
    }
    assert!(fs::read(&path).unwrap() == scene.bytes(), "{name} is old");
}

/// A client behind the router of the examples, whose rule for port 21025 is in the way.
#[test]
fn one_port_closed() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,33).");
    scene.syn("10.1.0.2:50002", "209.43.40.5:21025");
    scene.icmp("10.1.0.1", 3, 13);
    scene.ask(control, "EPSV", "229 Entering Extended Passive Mode (|||21007|)");
    let data = scene.open("10.1.0.2:50003", "209.43.40.5:21007");
    scene.ask(control, "RETR report.csv", "150 here it comes");
    scene.data(data, Acceptor, &[b'7'; 1200]);
    scene.close(data);
    scene.line(control, Acceptor, "226 done");
    scene.quit(control);
    published("one-port-closed.pcap", &scene);
}
