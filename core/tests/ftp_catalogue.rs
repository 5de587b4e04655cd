//! The catalogue against the providers' own words.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use Protection::{ExplicitTls, ImplicitTls, Plain};
use pasvaudit::Code;
use pasvaudit::ftp::{
    AddressOwner, AnnouncedForm, Cause, Confidence, Control, DataDirection, Kind, PassivePorts,
    PortChoice, Protection, Provider, SourceRule, Status,
};

fn builtin(id: &str) -> &'static Provider {
    Provider::builtin(id).unwrap_or_else(|error| panic!("{error}"))
}

fn ports(provider: &Provider, protection: Protection) -> String {
    match provider.passive_ports(protection) {
        PassivePorts::Known(ports) => {
            ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        PassivePorts::Unknown { .. } => "unknown".to_owned(),
    }
}

fn endpoints(provider: &Provider, keep: impl Fn(&Control) -> bool) -> BTreeSet<(u16, Protection)> {
    let kept = provider.control.iter().filter(|control| keep(control));
    kept.flat_map(|control| control.protections.iter().map(|&p| (control.port, p))).collect()
}

fn networks(provider: &Provider) -> Vec<String> {
    provider.networks.iter().map(|network| network.cidr.to_string()).collect()
}

fn has_symptom(provider: &Provider, words: &str, cause: Cause) -> bool {
    provider.symptoms.iter().any(|it| it.symptom.contains(words) && it.cause == cause)
}

fn advises(provider: &Provider, words: &str) -> bool {
    provider.advice.iter().any(|it| it.advice.contains(words))
}

#[test]
fn smartfile_is_what_its_page_says() {
    let it = builtin("smartfile");
    assert_eq!((it.kind, it.status), (Some(Kind::Hosted), Some(Status::Current)));
    assert_eq!(networks(it), ["209.43.40.0/24"]);
    assert_eq!(it.networks_complete, Some(true));
    let control = endpoints(it, |_| true);
    assert_eq!(control, BTreeSet::from([(21, Plain), (21, ExplicitTls), (990, ImplicitTls)]));
    for &protection in Protection::ALL {
        assert_eq!(ports(it, protection), "21000-21050", "{protection}");
    }
    assert_eq!(it.active.supported, Some(true));
    assert_eq!(it.active.source(), None, "the page does not state the source port");
    assert_eq!(it.passive.supported, Some(true));
    let recommended = it.recommended.as_ref().unwrap();
    assert_eq!((recommended.data, recommended.protection), (Some(DataDirection::Passive), None));
    let timers = it.timers.unwrap();
    assert_eq!(timers.idle_timeout_seconds, Some(120));
    assert_eq!(timers.keepalive_seconds, Some(100));
    assert_eq!(timers.connect_timeout_seconds, Some(60));
    assert_eq!((timers.retries, timers.retry_interval_seconds), (Some(3), Some(10)));
    assert!(has_symptom(it, "cannot upload or download", Cause::DataBlocked));
    assert!(has_symptom(it, "zero bytes", Cause::DataBlocked));
    assert!(has_symptom(it, "self-signed", Cause::WrongServer));
    assert!(has_symptom(it, "login fails", Cause::Login));
    assert!(has_symptom(it, "stopped working", Cause::Firewall));
    assert!(advises(it, "all of 209.43.40.0/24"));
    assert!(advises(it, "Connect by name"));
    assert!(advises(it, "Port 21 is often blocked or interfered with"));
    assert!(it.hostnames.iter().any(|name| name.ends_with(".smartfile.com")));
    assert_eq!(it.has_ipv6(), None, "the page does not speak of IPv6");
}

#[test]
fn files_com_is_what_its_pages_say() {
    let it = builtin("files-com");
    assert_eq!(networks(it), ["198.72.80.0/20"]);
    assert_eq!(it.networks_complete, Some(false));
    assert!(it.networks_more.as_ref().unwrap().contains("files-cli ip-addresses get-reserved"));
    let usual = endpoints(it, |control| !control.alternate);
    assert_eq!(usual, BTreeSet::from([(21, Plain), (21, ExplicitTls), (990, ImplicitTls)]));
    let spare = endpoints(it, |control| control.alternate);
    assert_eq!(spare, BTreeSet::from([(3021, Plain), (3021, ExplicitTls), (3990, ImplicitTls)]));
    let off = endpoints(it, |control| control.on_by_default == Some(false));
    assert_eq!(off, BTreeSet::from([(21, Plain), (3021, Plain)]));
    for &protection in Protection::ALL {
        assert_eq!(ports(it, protection), "40000-50000", "{protection}");
    }
    assert_eq!((it.active.supported, it.active.source()), (Some(true), None));
    let recommended = it.recommended.as_ref().unwrap();
    assert_eq!(recommended.data, Some(DataDirection::Passive));
    assert_eq!(recommended.protection, Some(ExplicitTls));
    assert_eq!(it.ipv6, Some(false));
    let timers = it.timers.unwrap();
    assert_eq!(timers.connect_timeout_seconds, Some(60));
    assert_eq!((timers.retries, timers.retry_interval_seconds), (Some(3), Some(10)));
    assert_eq!(timers.idle_timeout_seconds, None, "120 s is SmartFile's");
    assert_eq!(timers.keepalive_seconds, None, "100 s is SmartFile's");
    assert!(has_symptom(it, "never complete", Cause::DataBlocked));
    assert!(has_symptom(it, "zero bytes", Cause::DataBlocked));
    assert!(has_symptom(it, "self-signed", Cause::WrongServer));
    assert!(advises(it, "two dedicated IPv4 addresses"));
    assert!(advises(it, "get-exavault-reserved"));
}

#[test]
fn passive_ports_keep_their_ends() {
    // One by one from the vendors' pages; neighbours differ by a single port.
    for (id, expected) in [
        ("aws-transfer-family", "8192-8200"),
        ("axway-securetransport", "unknown"),
        ("azure-app-service", "989,10001-10300"),
        ("azure-ase-v3", "10001-10020"),
        ("docker-delfer-alpine-ftp", "21000-21010"),
        ("docker-fauria-vsftpd", "21100-21110"),
        ("docker-stilliard-pure-ftpd", "30000-30009"),
        ("exavault-appliance", "40000-49999"),
        ("globalscape-eft", "28000-30000"),
        ("ibm-ecurep", "65024-65535"),
        ("iis-ftp", "49152-65535"),
        ("iis6-ftp", "1025-5000"),
        ("nasa-pps", "64000-65000"),
        ("nasa-spdf", "unknown"),
        ("openbsd-ftpd", "49152-65535"),
        ("proftpd", "1024-65535"),
        ("pure-ftpd", "1024-65535"),
        ("sftpgo", "50000-50100"),
        ("synology-srm", "55536-55567"),
        ("thru-ftps", "28000-30000"),
        ("ucar-mss", "49152-49183"),
        ("vsftpd", "5001-65535"),
        ("vsftpd-opensuse", "30000-30100"),
    ] {
        assert_eq!(ports(builtin(id), ExplicitTls), expected, "{id}");
    }
    assert_eq!(ports(builtin("eds-elit"), ImplicitTls), "20900-20999");
    for (id, explicit, implicit) in [
        ("hcl-unica-us", "15393-15424", "15600-15701"),
        ("hcl-unica-uk", "15393-15443", "15600-15650"),
    ] {
        assert_eq!(ports(builtin(id), ExplicitTls), explicit, "{id}");
        assert_eq!(ports(builtin(id), ImplicitTls), implicit, "{id}");
        assert_eq!(ports(builtin(id), Plain), "unknown", "{id}");
    }
}

#[test]
fn ways_to_have_no_list_are_the_sources_own() {
    for (id, choice) in [
        ("nasa-spdf", PortChoice::Unspecified),
        ("axway-securetransport", PortChoice::Configured),
        ("iis-ftp", PortChoice::OsEphemeral),
        ("proftpd", PortChoice::Any),
        ("filezilla-server", PortChoice::Any),
        ("smartfile", PortChoice::Listed),
    ] {
        assert_eq!(builtin(id).passive.choice(), choice, "{id}");
    }
}

#[test]
fn server_programs_are_as_their_source_has_them() {
    // vsftpd and SFTPGo: the compiled defaults, which differ from the manual's and the docs'.
    let vsftpd = builtin("vsftpd");
    assert_eq!(vsftpd.active.source(), Some(SourceRule::Configured));
    assert_eq!(builtin("sftpgo").active.source(), Some(SourceRule::Ephemeral));
    let pure = builtin("pure-ftpd");
    assert_eq!(pure.active.source(), Some(SourceRule::FixedFirst));
    assert!(pure.announced_address.as_ref().unwrap().note.as_ref().unwrap().contains("229"));
    let fauria = builtin("docker-fauria-vsftpd");
    let announced = fauria.announced_address.as_ref().unwrap();
    assert!(announced.default.as_ref().unwrap().contains("default gateway"));
    assert!(announced.accepts.contains(&AnnouncedForm::Hostname));
    let settings = fauria.configuration.as_ref().unwrap();
    assert!(settings.passive_range.as_ref().unwrap().contains("PASV_MIN_PORT"));
    let eft = &builtin("globalscape-eft").active.source_ports;
    let pairs: Vec<_> = eft.iter().map(|it| (it.control, it.source)).collect();
    assert_eq!(pairs, [(21, 20), (990, 989)]);
    assert_eq!(builtin("thru-ftps").allow_lists_clients, Some(true));
}

#[test]
fn every_file_is_in_the_catalogue_and_every_entry_is_a_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let ids: Vec<_> = Provider::all().iter().map(|provider| provider.id.as_str()).collect();
    assert!(ids.is_sorted() && !ids.is_empty());
    let expected: BTreeSet<_> = ids.iter().map(|id| format!("{id}.json")).collect();
    assert_eq!(files, expected);
}

#[test]
fn every_entry_cites_dated_sources_that_anyone_can_look_up() {
    for provider in Provider::all() {
        let id = &provider.id;
        assert_eq!(provider.confidence, Some(Confidence::Solid), "{id}");
        assert!(provider.kind.is_some() && provider.status.is_some(), "{id}");
        assert!(!provider.sources.is_empty(), "{id}");
        let json = serde_json::to_value(provider).unwrap();
        for source in &provider.sources {
            let web = source.url.as_ref().is_some_and(|url| url.starts_with("http"));
            assert!(web || source.title.is_some(), "{id}: {source:?}");
            assert!(source.seen.starts_with("20"), "{id}: {source:?}");
            for fact in &source.supports {
                let pointer = format!("/{}", fact.replace('.', "/"));
                assert!(json.pointer(&pointer).is_some(), "{id} has no {fact}");
            }
        }
        // Whoever runs the server knows its address; nobody else does.
        let own =
            matches!(provider.kind, Some(Kind::ServerSoftware | Kind::Image | Kind::Appliance));
        assert!(!own || provider.addresses == Some(AddressOwner::Customer), "{id}");
    }
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest() {
    for (typed, near) in [
        ("smartfiles", "`smartfile`"),
        ("SmartFile", "`smartfile`"),
        ("filescom", "`files-com`"),
        ("aws", "`aws-transfer-family`"),
        ("vsftp", "`vsftpd`"),
    ] {
        let error = Provider::builtin(typed).unwrap_err();
        assert_eq!(error.code(), Code::UnknownProvider);
        assert!(error.message().contains(near), "{error}");
    }
    let error = Provider::builtin(&"z".repeat(100_000)).unwrap_err();
    assert!(error.message().len() < 300 && error.message().contains("pasvaudit providers"));
    assert!(Provider::builtin("").is_err());
}
