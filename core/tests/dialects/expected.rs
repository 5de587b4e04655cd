//! What has to come out, written down from the policy alone.

use serde_json::Value;

pub(crate) fn check(expect: &Value, found: &Value) {
    if let Some(parts) = expect.get("parts") {
        let said = list(&found["parts"]).iter().map(|part| {
            assert_eq!(part["certain"], true);
            format!("{}: {}", text(&part["fate"]), space(part))
        });
        assert_eq!(&Value::from_iter(said), parts);
        return;
    }
    assert_eq!(found["verdict"], expect["verdict"]);
    let changes = expect.get("changes");
    if changes.is_none() {
        assert_eq!(found["unmodelled"], Value::Array(Vec::new()));
    }
    for mode in list(&found["providers"][0]["modes"]) {
        let data = text(&mode["data"]);
        let direction = if matches!(data, "pasv" | "epsv") { "passive" } else { "active" };
        if let Some(changes) = changes {
            let said = list(&mode["changes"]).iter().map(|change| {
                format!("{} {}: {}", text(&change["kind"]), text(&change["flow"]), space(change))
            });
            assert_eq!(Value::from_iter(said), changes[direction], "{data}");
            continue;
        }
        assert_eq!(mode["verdict"], expect["modes"][data], "{data}");
        let said = list(&mode["gaps"]).iter().map(|gap| {
            assert_eq!(gap["undecided"], false);
            let [flow, packet] = ["flow", "packet"].map(|key| text(&gap[key]));
            format!("{flow} {packet}: {}", space(gap))
        });
        assert_eq!(Value::from_iter(said), expect["gaps"][direction], "{data}");
    }
}

/// The boxes of a part, as a person would write them.
fn space(part: &Value) -> String {
    let boxes = list(&part["space"]).iter().map(|entry| {
        let [src, sport, dst, dport] =
            ["src", "sport", "dst", "dport"].map(|key| text(&entry[key]));
        format!("{src} {sport} -> {dst} {dport}")
    });
    boxes.collect::<Vec<_>>().join(", ")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
