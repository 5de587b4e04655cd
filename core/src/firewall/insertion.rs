/// Where each item of a list ends up that was built by appending and inserting.
///
/// `wanted[i]` is the place at which item `i` was put into a list of `i` items. Done in one pass from
/// the last item to the first, each taking the `wanted`-th place that is still free, so that a
/// hostile list of insertions costs `n log n` and not `n²`.
pub(crate) fn places(wanted: &[usize]) -> Vec<usize> {
    let mut free = FreePlaces::new(wanted.len());
    let mut places: Vec<_> = wanted.iter().rev().map(|&place| free.take(place)).collect();
    places.reverse();
    places
}

/// A Fenwick tree over the places that are still free.
struct FreePlaces {
    counts: Vec<usize>,
    top: usize,
}

impl FreePlaces {
    fn new(len: usize) -> Self {
        let lowest_bit = |place: usize| place & place.wrapping_neg();
        let counts = (0..=len).map(lowest_bit).collect();
        Self { counts, top: len.checked_ilog2().map_or(0, |bits| 1 << bits) }
    }

    /// Takes the `nth` free place, counted from 0.
    fn take(&mut self, nth: usize) -> usize {
        let (mut before, mut rest, mut step) = (0, nth, self.top);
        while step > 0 {
            if let Some(count) = self.counts.get_mut(before + step) {
                if *count <= rest {
                    rest -= *count;
                    before += step;
                } else {
                    *count -= 1;
                }
            }
            step /= 2;
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_a_list_built_by_insertion() {
        let mut seed = 1_u64;
        for len in [1, 2, 3, 7, 8, 9, 64, 100] {
            let wanted: Vec<usize> = (0..len)
                .map(|i| {
                    seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (seed >> 33) as usize % (i + 1)
                })
                .collect();
            let mut list = Vec::new();
            for (item, &place) in wanted.iter().enumerate() {
                list.insert(place, item);
            }
            for (item, place) in places(&wanted).into_iter().enumerate() {
                assert_eq!(list[place], item, "{wanted:?}");
            }
        }
    }
}
