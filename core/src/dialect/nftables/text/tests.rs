use super::*;
#[test]
fn scratch() {
    let Ok(dir) = std::env::var("SCRATCH") else { return };
    for file in std::fs::read_to_string(dir).unwrap().lines() {
        let bytes = std::fs::read(file).unwrap();
        let Ok(text) = String::from_utf8(bytes) else {
            println!("RES no {file} :: not text");
            continue;
        };
        let source = Source::new(None, text).unwrap();
        match read(&source, false) {
            Ok(commands) => println!("RES ok {file} :: {}", commands.len()),
            Err(e) => println!("RES no {file} :: {}", e.to_string().replace('\n', " ")),
        }
        let _ = read(&source, true);
    }
}
