//! Each form of each report as it stands in `snapshots/`; `PASVAUDIT_UPDATE=1` writes them anew, to be
//! looked at.

use std::fs;
use std::path::Path;

use pasvaudit::render::Form;

use crate::{differences, reports};

#[test]
fn forms_are_as_they_were_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/renders/snapshots");
    for (name, report) in reports::all() {
        for form in Form::ALL {
            let extension = match form {
                Form::Markdown => "md",
                Form::Html => "html",
                Form::Sarif => "sarif",
                Form::Junit => "xml",
                Form::Github => "github",
            };
            let file = folder.join(format!("{name}.{extension}"));
            let found = report.to_form(*form).replace(
                &format!("\"semanticVersion\": \"{}\"", env!("CARGO_PKG_VERSION")),
                "\"semanticVersion\": \"0.0.0\"",
            );
            let found = if found.ends_with('\n') { found } else { format!("{found}\n") };
            as_looked_at(&file, &found);
        }
    }
}

#[test]
fn differences_are_as_they_were_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/renders/snapshots");
    for (name, difference) in differences::all() {
        let forms = [
            ("txt", difference.to_text(false, None)),
            ("md", difference.to_markdown()),
            ("github", difference.to_github()),
        ];
        for (extension, found) in forms {
            as_looked_at(&folder.join(format!("{name}.{extension}")), &found);
        }
    }
}

#[test]
fn what_is_worse_is_red_and_what_is_not_is_green() {
    for (name, difference) in differences::all() {
        let colour = match difference.exit_code {
            0 => 32,
            1 => 31,
            _ => 33,
        };
        let verdict = format!("\u{1b}[1m\u{1b}[{colour}m{}\u{1b}[0m: ", difference.verdict);
        assert!(difference.to_text(true, None).starts_with(&verdict), "{name}");
    }
}

fn as_looked_at(file: &Path, found: &str) {
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        fs::write(file, found).unwrap();
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(found, expected, "{}: if right, run with PASVAUDIT_UPDATE=1", file.display());
}
