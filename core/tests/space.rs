//! What equal sets, ends of axes and printed forms look like from outside.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

use pasvaudit::space::{Axis, Budget, Coordinate, Count, Cuboid, HeaderSet, PacketSpace, Ranges};

fn cuboid<A: Coordinate>(dst: (A, A), dport: (u16, u16)) -> Cuboid<A> {
    let dport = (A::from_port(dport.0), A::from_port(dport.1));
    let any = Cuboid::everything().on(Axis::SourcePort);
    Cuboid::new([dst, dport, (A::ZERO, A::MAX), any]).unwrap()
}

fn set<A: Coordinate>(cuboids: &[Cuboid<A>]) -> HeaderSet<A> {
    HeaderSet::from_cuboids(cuboids.iter().copied(), &Budget::unlimited()).unwrap()
}

fn space(src: &str, sport: (u16, u16), dst: &str, dport: (u16, u16)) -> PacketSpace {
    let (src, dst) = (src.parse().unwrap(), dst.parse().unwrap());
    let (sport, dport) = (sport.0..=sport.1, dport.0..=dport.1);
    PacketSpace::of(&[src], &[sport], &[dst], &[dport], &Budget::default()).unwrap()
}

fn whole_axes_are_everything<A: Coordinate>() {
    let everything = HeaderSet::<A>::everything();
    assert_eq!(set(&[Cuboid::<A>::everything()]), everything);
    let (low, high) = Cuboid::<A>::everything().split(Axis::Destination, A::ZERO).unwrap();
    assert_eq!(set(&[high, low]), everything);
    let (low, high) =
        Cuboid::<A>::everything().split(Axis::SourcePort, A::from_port(65534)).unwrap();
    assert_eq!(set(&[high]).complement(), set(&[low]));
    assert!(set(&[high]).contains(&[A::MAX, A::from_port(65535), A::MAX, A::from_port(65535)]));
    assert!(set(&[low, high]).complement().is_empty());
    assert_eq!(set::<A>(&[]), HeaderSet::nothing());
}

#[test]
fn the_ends_of_the_axes_belong_to_the_sets() {
    whole_axes_are_everything::<u32>();
    whole_axes_are_everything::<u128>();
    assert_eq!(HeaderSet::<u32>::everything().count(), Count::from(1_u128 << 96));
    assert_eq!(space("0.0.0.0/0", (0, 65535), "0.0.0.0/0", (0, 65535)).v4, HeaderSet::everything());
    assert_eq!(space("::/0", (0, 65535), "::/0", (0, 65535)).v6, HeaderSet::everything());
}

#[test]
fn ports_beyond_the_last_are_in_no_set() {
    let beyond = (65_000, 70_000);
    let clamped = Cuboid::new([(0, 9), beyond, (0, u32::MAX), (0, 65535)]).unwrap();
    assert_eq!(clamped, cuboid((0, 9), (65_000, 65_535)));
    assert_eq!(Cuboid::<u32>::everything().with(Axis::SourcePort, (65_536, 65_536)), None);
    let any = Ranges::<u32>::range(0, u32::MAX);
    let everything = HeaderSet::product([&any; 4], &Budget::default()).unwrap();
    assert!(everything.is_everything());
    assert!(!everything.complement().contains(&[0, 65_536, 0, 65_536]));
    assert!(!set(&[cuboid((0_u32, 9), (65_000, 65_535))]).contains(&[5, 65_536, 0, 0]));
}

#[test]
fn a_space_names_a_header_that_it_contains() {
    let task = space("10.1.0.0/16", (1024, 65535), "209.43.40.0/24", (21000, 21030));
    let (src, dst) = task.witness().unwrap();
    assert_eq!(
        (src.to_string(), dst.to_string()),
        ("10.1.0.0:1024".into(), "209.43.40.0:21000".into())
    );
    assert!(task.contains(src, dst));
    assert!(!task.contains(dst, src));
    assert!(task.mirrored(&Budget::default()).unwrap().contains(dst, src));
    let six = space("::/0", (7, 7), "2001:db8::/32", (21, 21));
    let (src, dst) = six.witness().unwrap();
    assert_eq!((src.to_string(), dst.to_string()), ("[::]:7".into(), "[2001:db8::]:21".into()));
    assert!(six.contains(src, dst) && !task.contains(src, dst));
    assert_eq!(PacketSpace::nothing().witness(), None);
}

#[test]
fn equal_sets_built_differently_are_equal_values() {
    let budget = Budget::default();
    let (a, b, c) = (cuboid((1, 9), (5, 8)), cuboid((5, 20), (7, 9)), cuboid((10_u32, 12), (5, 8)));
    let at_once = set(&[a, b, c]);
    let one_by_one = set(&[c]).union(&set(&[b]), &budget).unwrap().union(&set(&[a]), &budget);
    assert_eq!(one_by_one.as_ref(), Ok(&at_once));
    let merged = set(&[cuboid((1, 12), (5, 8)), b, a]);
    assert_eq!(merged, at_once);
    let by_complement = at_once.complement().complement();
    assert_eq!(by_complement, at_once);
    let rest = at_once.complement().union(&set(&[a, b]), &budget).unwrap();
    assert_eq!(rest.complement(), set(&[c]).difference(&set(&[b]), &budget).unwrap());
}

#[test]
fn many_members_of_one_set_are_one_node() {
    let members = (0..5000_u32).map(|n| cuboid((2 * n, 2 * n), (21, 21)));
    // One after the other, they would cost millions of steps.
    let evens = HeaderSet::from_cuboids(members, &Budget::new(20_000, 20_000)).unwrap();
    let ranges = Ranges::union_of((0..5000).map(|n| (2 * n, 2 * n)));
    let any = Ranges::all(Axis::Source);
    let product = [&ranges, &Ranges::range(21, 21), &any, &Ranges::all(Axis::SourcePort)];
    assert_eq!(evens, HeaderSet::product(product, &Budget::default()).unwrap());
    assert_eq!(evens.count_pairs(), Count::from(5000_u64));
    assert_eq!(evens.values_on(Axis::Destination), ranges);
}

#[test]
fn spaces_are_printed_as_blocks_where_they_are_blocks() {
    let budget = Budget::default();
    let task = space("10.1.0.0/16", (1024, 65535), "209.43.40.0/24", (21000, 21030));
    assert_eq!(
        serde_json::to_string(&task.cover(10)).unwrap(),
        r#"{"entries":[{"src":"10.1.0.0/16","sport":"1024-65535","dst":"209.43.40.0/24","dport":"21000-21030"}],"more":0}"#
    );
    assert_eq!(task.count_pairs(), Count::from(256_u64 * 31));
    let hole = space("10.1.0.0/16", (1024, 65535), "209.43.40.0/32", (21000, 21030));
    let rest = task.difference(&hole, &budget).unwrap();
    assert_eq!(
        rest.to_string(),
        "10.1.0.0/16 port 1024-65535 -> 209.43.40.1-209.43.40.255 port 21000-21030"
    );
    // .1, .2/31, .4/30 and so on up to .128/25.
    let blocks = rest.cidr_cover(3);
    let shown: Vec<_> = blocks.entries.iter().map(|entry| entry.dst.to_string()).collect();
    assert_eq!(shown, ["209.43.40.1/32", "209.43.40.2/31", "209.43.40.4/30"]);
    assert_eq!(blocks.more, Count::from(5_u64));
    let both = rest.union(&space("::/0", (7, 7), "2001:db8::1/128", (21, 21)), &budget).unwrap();
    assert!(both.to_string().ends_with(", ::/0 port 7 -> 2001:db8::1/128 port 21"), "{both}");
    assert_eq!(PacketSpace::nothing().to_string(), "nothing");
    assert_eq!(
        PacketSpace::everything().cidr_cover(9).entries,
        PacketSpace::everything().cover(2).entries
    );
}

#[test]
fn a_spent_budget_is_reported() {
    // Sources and destinations equal: each pair of boxes needs its own path.
    let diagonal = (0..400_u32).map(|n| {
        let at = (1000 * n, 1000 * n + 1500);
        Cuboid::new([at, (0, 65535), at, (0, 65535)]).unwrap()
    });
    let cuboids: Vec<_> = diagonal.collect();
    let small = Budget::new(100, u64::MAX);
    assert!(HeaderSet::from_cuboids(cuboids.iter().copied(), &small).is_err());
    let short = Budget::new(usize::MAX, 1000);
    assert!(HeaderSet::from_cuboids(cuboids.iter().copied(), &short).is_err());
    assert!(HeaderSet::from_cuboids(cuboids, &Budget::default()).is_ok());
}
