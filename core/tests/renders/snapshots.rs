//! Each form of each report as it stands in `snapshots/`; `PASVAUDIT_UPDATE=1` writes them anew, to be
//! looked at.

use std::fs;
use std::path::Path;

use pasvaudit::render::Form;

use crate::reports;

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
            if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
                fs::write(&file, &found).unwrap();
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(found, expected, "{name} as {form}: if right, run with PASVAUDIT_UPDATE=1");
        }
    }
}
