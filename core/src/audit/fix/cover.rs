//! Few products of ranges that cover a set: what rules are made of.

use crate::space::{Axis, Budget, Coordinate, Count, Cuboid, Exhausted, HeaderSet, Ranges};

/// The values on each axis, in the order of [`Axis::ALL`].
pub(super) type Product<A> = [Ranges<A>; 4];

/// A part of a set, and a product that holds it.
type Taken<A> = (HeaderSet<A>, Product<A>);

/// How many products a cover may have; beyond that nobody would read it.
const MOST: usize = 64;

/// How many boxes are looked at for fewer products than those that each take the most.
const LOOKS: usize = 200;

/// How many ranges of ports one rule can name in every dialect.
const PORT_RANGES: usize = 7;

/// In which order a box grows: what is given up last matters most.
const ORDERS: [[Axis; 4]; 6] = [
    [Axis::SourcePort, Axis::DestinationPort, Axis::Destination, Axis::Source],
    [Axis::SourcePort, Axis::DestinationPort, Axis::Source, Axis::Destination],
    [Axis::SourcePort, Axis::Destination, Axis::DestinationPort, Axis::Source],
    [Axis::SourcePort, Axis::Destination, Axis::Source, Axis::DestinationPort],
    [Axis::SourcePort, Axis::Source, Axis::DestinationPort, Axis::Destination],
    [Axis::SourcePort, Axis::Source, Axis::Destination, Axis::DestinationPort],
];

/// How many ranges of addresses of one end a rule can name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Addresses {
    One,
    Several,
}

/// Products that hold all of `gap` and nothing that is not in `within`; `None` if too many would be
/// needed.
///
/// Each is as large as `within` allows around a part of the gap, and then as small as that part: the
/// whole gap is most often one product.
pub(super) fn cover<A: Coordinate>(
    gap: &HeaderSet<A>,
    within: &HeaderSet<A>,
    addresses: Addresses,
    budget: &Budget,
) -> Result<Option<Vec<Product<A>>>, Exhausted> {
    let Some(greedy) = greedy(gap, within, addresses, budget)? else { return Ok(None) };
    let mut products = without_needless(greedy, gap, budget)?;
    let mut looks = LOOKS;
    // One would have been found.
    for fewer in 2..products.len() {
        if let Some(found) = at_most(fewer, gap, within, addresses, &mut looks, budget)? {
            products = found;
            break;
        }
    }
    Ok(Some(products))
}

/// Products that each take the most of what is left.
fn greedy<A: Coordinate>(
    gap: &HeaderSet<A>,
    within: &HeaderSet<A>,
    addresses: Addresses,
    budget: &Budget,
) -> Result<Option<Vec<Product<A>>>, Exhausted> {
    let mut products = Vec::new();
    let mut rest = gap.clone();
    while let Some(seed) = rest.cuboids().next() {
        if products.len() == MOST {
            return Ok(None);
        }
        let mut best: Option<(Count, Product<A>)> = None;
        for (part, product) in around(&seed, &rest, within, addresses, budget)? {
            let count = part.count();
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, product));
            }
        }
        let Some((_, product)) = best else { break };
        rest = rest.difference(&of(&product, budget)?, budget)?;
        products.push(product);
    }
    Ok(Some(products))
}

/// So many products that cover a set, if there are any and they are found before there were too many
/// looks. What takes the most may leave more pieces than something smaller.
fn at_most<A: Coordinate>(
    products: usize,
    set: &HeaderSet<A>,
    within: &HeaderSet<A>,
    addresses: Addresses,
    looks: &mut usize,
    budget: &Budget,
) -> Result<Option<Vec<Product<A>>>, Exhausted> {
    let Some(seed) = set.cuboids().next() else { return Ok(Some(Vec::new())) };
    if products == 0 || *looks == 0 {
        return Ok(None);
    }
    *looks -= 1;
    let mut tried: Vec<Product<A>> = Vec::new();
    for (_, product) in around(&seed, set, within, addresses, budget)? {
        if tried.contains(&product) {
            continue;
        }
        let rest = set.difference(&of(&product, budget)?, budget)?;
        tried.push(product.clone());
        if let Some(mut found) = at_most(products - 1, &rest, within, addresses, looks, budget)? {
            found.push(product);
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The products that a box grows to, each as small as the part of a set that it takes, and that part.
fn around<A: Coordinate>(
    seed: &Cuboid<A>,
    set: &HeaderSet<A>,
    within: &HeaderSet<A>,
    addresses: Addresses,
    budget: &Budget,
) -> Result<Vec<Taken<A>>, Exhausted> {
    // What is as small as all of the set is the best that there is, and a box may grow past it.
    let whole = Axis::ALL.map(|axis| set.values_on(axis));
    if of(&whole, budget)?.is_subset(within, budget)? {
        let product = tighten(set, within, budget)?;
        let [destination, _, source, _] = &product;
        let one = destination.as_slice().len() == 1 && source.as_slice().len() == 1;
        if one || addresses == Addresses::Several {
            return Ok(vec![(set.clone(), product)]);
        }
    }
    let mut found = Vec::with_capacity(ORDERS.len());
    for order in ORDERS {
        let part =
            set.intersection(&of(&grow(seed, within, order, addresses, budget)?, budget)?, budget)?;
        let product = tighten(&part, within, budget)?;
        found.push((part, product));
    }
    Ok(found)
}

/// The headers of a product.
pub(super) fn of<A: Coordinate>(
    product: &Product<A>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    HeaderSet::product(product.each_ref(), budget)
}

/// The largest product around a box that stays within a set, if axes are widened in this order.
fn grow<A: Coordinate>(
    seed: &Cuboid<A>,
    within: &HeaderSet<A>,
    order: [Axis; 4],
    addresses: Addresses,
    budget: &Budget,
) -> Result<Product<A>, Exhausted> {
    let mut product = Axis::ALL.map(|axis| {
        let (first, last) = seed.on(axis);
        Ranges::range(first, last)
    });
    for axis in order {
        let mut values = allowed(&product, axis, within, budget)?;
        if addresses == Addresses::One && !axis.is_port() {
            let (first, last) = seed.on(axis);
            let around = |range: &&(A, A)| range.0 <= first && last <= range.1;
            values = Ranges::union_of(values.as_slice().iter().find(around).copied());
        }
        set(&mut product, axis, values);
    }
    Ok(product)
}

/// The values that an axis of a product may have so that all of it is within a set.
fn allowed<A: Coordinate>(
    product: &Product<A>,
    axis: Axis,
    within: &HeaderSet<A>,
    budget: &Budget,
) -> Result<Ranges<A>, Exhausted> {
    let mut widened = product.clone();
    set(&mut widened, axis, Ranges::all(axis));
    let outside = of(&widened, budget)?.difference(within, budget)?;
    Ok(outside.values_on(axis).complement(axis))
}

/// The smallest product that holds a part, with addresses in as few ranges as may be.
fn tighten<A: Coordinate>(
    part: &HeaderSet<A>,
    within: &HeaderSet<A>,
    budget: &Budget,
) -> Result<Product<A>, Exhausted> {
    let mut product = Axis::ALL.map(|axis| part.values_on(axis));
    for (axis, most) in [
        (Axis::Destination, 1),
        (Axis::Source, 1),
        (Axis::DestinationPort, PORT_RANGES),
        (Axis::SourcePort, PORT_RANGES),
    ] {
        let ranges = on(&product, axis);
        if ranges.as_slice().len() > most {
            let values = joined(ranges, &allowed(&product, axis, within, budget)?);
            set(&mut product, axis, values);
        }
    }
    Ok(product)
}

/// The ranges with the gaps between them closed, where they may be.
fn joined<A: Coordinate>(ranges: &Ranges<A>, allowed: &Ranges<A>) -> Ranges<A> {
    let holds = |(first, last): &(A, A)| {
        let inside = ranges.intersection(&Ranges::range(*first, *last));
        inside.hull().unwrap_or((A::MAX, A::ZERO))
    };
    Ranges::union_of(allowed.as_slice().iter().map(holds))
}

/// Without the products that the others cover.
fn without_needless<A: Coordinate>(
    mut products: Vec<Product<A>>,
    gap: &HeaderSet<A>,
    budget: &Budget,
) -> Result<Vec<Product<A>>, Exhausted> {
    let mut index = 0;
    while products.len() > 1 && index < products.len() {
        let others = products.iter().enumerate().filter(|(other, _)| *other != index);
        let others: Vec<_> = others.map(|(_, one)| of(one, budget)).collect::<Result<_, _>>()?;
        if gap.is_subset(&HeaderSet::union_of(&others, budget)?, budget)? {
            products.remove(index);
        } else {
            index += 1;
        }
    }
    Ok(products)
}

fn on<A>(product: &Product<A>, axis: Axis) -> &Ranges<A> {
    let [destination, destination_port, source, source_port] = product;
    match axis {
        Axis::Destination => destination,
        Axis::DestinationPort => destination_port,
        Axis::Source => source,
        Axis::SourcePort => source_port,
    }
}

fn set<A>(product: &mut Product<A>, axis: Axis, values: Ranges<A>) {
    let [destination, destination_port, source, source_port] = product;
    *match axis {
        Axis::Destination => destination,
        Axis::DestinationPort => destination_port,
        Axis::Source => source,
        Axis::SourcePort => source_port,
    } = values;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuboid(ranges: [(u32, u32); 4]) -> Cuboid<u32> {
        Cuboid::new(ranges).unwrap()
    }

    fn set_of(cuboids: &[Cuboid<u32>]) -> HeaderSet<u32> {
        HeaderSet::from_cuboids(cuboids.iter().copied(), &Budget::unlimited()).unwrap()
    }

    fn covered(gap: &HeaderSet<u32>, within: &HeaderSet<u32>) -> Vec<Product<u32>> {
        let budget = Budget::unlimited();
        let products = cover(gap, within, Addresses::Several, &budget).unwrap().unwrap();
        let sets: Vec<_> = products.iter().map(|product| of(product, &budget).unwrap()).collect();
        let union = HeaderSet::union_of(&sets, &budget).unwrap();
        assert!(gap.is_subset(&union, &budget).unwrap(), "covers");
        assert!(union.is_subset(within, &budget).unwrap(), "opens nothing else");
        products
    }

    #[test]
    fn a_gap_of_several_boxes_within_one_needed_product_is_one_product() {
        let needed = set_of(&[
            cuboid([(100, 199), (21, 21), (10, 19), (1024, 65535)]),
            cuboid([(100, 199), (990, 990), (10, 19), (1024, 65535)]),
            cuboid([(100, 199), (21000, 21050), (10, 19), (1024, 65535)]),
        ]);
        let gap = set_of(&[
            cuboid([(100, 120), (21000, 21010), (10, 19), (1024, 65535)]),
            cuboid([(150, 199), (990, 990), (10, 12), (1024, 65535)]),
            cuboid([(130, 131), (21050, 21050), (15, 19), (2000, 65535)]),
        ]);
        let products = covered(&gap, &needed);
        assert_eq!(products.len(), 1);
        assert_eq!(products[0][1].as_slice(), [(990, 990), (21000, 21010), (21050, 21050)]);
    }

    #[test]
    fn only_what_is_missing_is_named() {
        let needed = set_of(&[cuboid([(100, 199), (21000, 21050), (10, 19), (1024, 65535)])]);
        let gap = set_of(&[cuboid([(100, 199), (21025, 21025), (10, 19), (1024, 65535)])]);
        let products = covered(&gap, &needed);
        assert_eq!(products.len(), 1);
        assert_eq!(products[0][1].as_slice(), [(21025, 21025)]);
    }

    /// The product with the most headers has the port that both have in common, and then two more are
    /// needed.
    #[test]
    fn networks_that_have_a_port_in_common_take_a_product_each() {
        let needed = set_of(&[
            cuboid([(100, 115), (21, 21), (0, 9), (1024, 65535)]),
            cuboid([(100, 115), (50000, 50009), (0, 9), (1024, 65535)]),
            cuboid([(200, 455), (21, 21), (0, 9), (1024, 65535)]),
            cuboid([(200, 455), (990, 990), (0, 9), (1024, 65535)]),
        ]);
        assert_eq!(covered(&needed, &needed).len(), 2);
    }

    /// Two clients: all of one is missing and a part of the other. One rule cannot name both.
    #[test]
    fn one_range_of_addresses_to_a_rule_is_not_made_several_rules() {
        let needed = set_of(&[
            cuboid([(100, 109), (21, 30), (0, 9), (1024, 65535)]),
            cuboid([(200, 209), (21, 30), (0, 9), (1024, 65535)]),
            cuboid([(100, 109), (21, 30), (50, 59), (1024, 65535)]),
            cuboid([(200, 209), (21, 30), (50, 59), (1024, 65535)]),
        ]);
        let gap = set_of(&[
            cuboid([(100, 109), (21, 30), (0, 9), (1024, 65535)]),
            cuboid([(200, 209), (21, 30), (0, 9), (1024, 65535)]),
            cuboid([(200, 209), (25, 25), (50, 59), (1024, 65535)]),
        ]);
        let budget = Budget::unlimited();
        let products = cover(&gap, &needed, Addresses::One, &budget).unwrap().unwrap();
        assert_eq!(products.len(), 3);
        for [destination, _, source, _] in &products {
            assert_eq!((destination.as_slice().len(), source.as_slice().len()), (1, 1));
        }
    }

    #[test]
    fn networks_with_other_ports_each_take_a_product_each() {
        let needed = set_of(&[
            cuboid([(100, 109), (21, 21), (0, 9), (1024, 65535)]),
            cuboid([(200, 209), (2121, 2121), (0, 9), (1024, 65535)]),
        ]);
        assert_eq!(covered(&needed, &needed).len(), 2);
    }
}
