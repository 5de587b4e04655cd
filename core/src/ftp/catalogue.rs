use std::sync::LazyLock;

use super::provider::Provider;
use crate::error::{Code, Error};

/// The files of the catalogue by id, ascending.
macro_rules! files {
    ($($id:literal),+ $(,)?) => {
        &[$(($id, include_str!(concat!("../../providers/", $id, ".json")))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "apache-ftpserver",
    "aws-transfer-family",
    "axway-securetransport",
    "azure-app-service",
    "azure-ase-v3",
    "docker-delfer-alpine-ftp",
    "docker-fauria-vsftpd",
    "docker-stilliard-pure-ftpd",
    "eds-elit",
    "exavault-appliance",
    "files-com",
    "filezilla-server",
    "globalscape-eft",
    "hcl-unica-uk",
    "hcl-unica-us",
    "ibm-datapower-ftp",
    "ibm-ecurep",
    "iis-ftp",
    "iis6-ftp",
    "nasa-pps",
    "nasa-spdf",
    "openbsd-ftpd",
    "proftpd",
    "pure-ftpd",
    "pyftpdlib",
    "sftpgo",
    "smartfile",
    "synology-srm",
    "thru-ftps",
    "truenas-ftp",
    "ucar-mss",
    "vsftpd",
    "vsftpd-opensuse",
    "webmethods-is",
];

static CATALOGUE: LazyLock<Result<Vec<Provider>, Error>> = LazyLock::new(|| {
    FILES.iter().map(|(id, text)| Provider::from_json(text, Some(&format!("{id}.json")))).collect()
});

/// How many names an error proposes.
const PROPOSED: usize = 3;

impl Provider {
    /// Every provider of the catalogue, ascending by id.
    pub fn all() -> &'static [Self] {
        // A file that cannot be read would be caught by the tests before it is shipped.
        CATALOGUE.as_deref().unwrap_or_default()
    }

    /// The provider of the catalogue with this id.
    ///
    /// # Errors
    ///
    /// [`Code::UnknownProvider`], which proposes the names that look most like it.
    pub fn builtin(id: &str) -> Result<&'static Self, Error> {
        let all = CATALOGUE.as_ref().map_err(Clone::clone)?;
        let found = all.binary_search_by(|provider| provider.id.as_str().cmp(id));
        found.ok().and_then(|at| all.get(at)).ok_or_else(|| unknown(id, all))
    }
}

fn unknown(id: &str, all: &[Provider]) -> Error {
    // Ids are short; what is longer than any of them has nothing near it.
    let wanted: Vec<char> = id.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut near: Vec<_> = all
        .iter()
        .filter_map(|provider| {
            let candidate: Vec<char> = provider.id.chars().collect();
            let edits = edits(&wanted, &candidate);
            let typed: String = wanted.iter().collect();
            let part = typed.len() >= 3 && provider.id.contains(&typed);
            (part || edits <= candidate.len() / 3).then_some((!part, edits, provider.id.as_str()))
        })
        .collect();
    near.sort_unstable();
    let near: Vec<_> = near.iter().take(PROPOSED).map(|near| format!("`{}`", near.2)).collect();
    let shown: String = id.chars().take(64).collect();
    let help = if near.is_empty() {
        "`pasvaudit providers` lists them all".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    let message = format!("no provider is called `{shown}`; {help}");
    Error::new(Code::UnknownProvider, message)
}

/// How many characters have to be put in, left out or changed to make one of the other.
fn edits(one: &[char], two: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, left) in one.iter().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (right, cell) in two.iter().zip(row.iter_mut().skip(1)) {
            let change = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = change.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(one.len())
}
