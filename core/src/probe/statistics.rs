//! What k successes of n attempts say about all the ports that were not tried.

/// How sure a bound is: 95 %.
const DOUBT: f64 = 0.05;

/// Between which shares, both included, the share of what is open lies, 95 % sure: the exact interval of
/// Clopper and Pearson. Where all attempts fared alike only one side is in doubt, and all the doubt is
/// there, so that of `n` of `n` at least `0.05^(1/n)` is open. `None` if nothing was tried.
///
/// It holds if the server picks its ports without regard to which of them are open.
pub(super) fn share(worked: u32, tried: u32) -> Option<(f64, f64)> {
    if tried == 0 || worked > tried {
        return None;
    }
    Some(match worked {
        0 => (0.0, 1.0 - DOUBT.powf(1.0 / f64::from(tried))),
        all if all == tried => (DOUBT.powf(1.0 / f64::from(tried)), 1.0),
        some => {
            let low = root(|share| at_least(some, tried, share) - DOUBT / 2.0);
            let high = root(|share| DOUBT / 2.0 - at_most(some, tried, share));
            (low, high)
        }
    })
}

/// A share in whole percent that claims no more than the bound: a lower one is rounded down.
pub(super) fn percent_down(share: f64) -> u32 {
    percent((share * 100.0).floor())
}

/// The same for an upper bound, which is rounded up.
pub(super) fn percent_up(share: f64) -> u32 {
    percent((share * 100.0).ceil())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to 100"
)]
fn percent(whole: f64) -> u32 {
    whole.clamp(0.0, 100.0) as u32
}

/// The probability of `worked` or more of `tried`.
fn at_least(worked: u32, tried: u32, share: f64) -> f64 {
    (worked..=tried).map(|count| probability(count, tried, share)).sum()
}

/// The probability of `worked` or fewer of `tried`.
fn at_most(worked: u32, tried: u32, share: f64) -> f64 {
    (0..=worked).map(|count| probability(count, tried, share)).sum()
}

/// The probability of exactly `worked` of `tried`; by logarithms, for the factors are out of range soon.
fn probability(worked: u32, tried: u32, share: f64) -> f64 {
    let ways: f64 =
        (1..=worked).map(|at| (f64::from(tried - worked + at) / f64::from(at)).ln()).sum();
    let failed = f64::from(tried - worked);
    (ways + f64::from(worked) * share.ln() + failed * (1.0 - share).ln()).exp()
}

/// Where a function that grows from below zero to above it is zero, between 0 and 1.
fn root(grows: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    // Each step halves the rest, and 60 are more than a float tells apart.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if grows(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published values: `scipy.stats.binomtest(k, n).proportion_ci(method="exact")`, which are those of
    /// Clopper and Pearson (1934).
    #[test]
    fn the_interval_is_that_of_clopper_and_pearson() {
        for (worked, tried, low, high) in
            [(1, 2, 0.0126, 0.9874), (5, 10, 0.1871, 0.8129), (1, 20, 0.0013, 0.2487)]
        {
            let (at_least, at_most) = share(worked, tried).unwrap();
            assert!((at_least - low).abs() < 0.0001, "{worked} of {tried}: {at_least}");
            assert!((at_most - high).abs() < 0.0001, "{worked} of {tried}: {at_most}");
        }
    }

    /// A share of `low` gives `n` of `n` once in twenty times, by definition.
    #[test]
    fn where_all_fare_alike_one_side_is_in_doubt() {
        for tried in [1, 5, 20, 59, 500] {
            let (low, high) = share(tried, tried).unwrap();
            assert!((low.powi(i32::try_from(tried).unwrap()) - 0.05).abs() < 1e-9);
            assert!((high - 1.0).abs() < 1e-12);
            let (none, most) = share(0, tried).unwrap();
            assert!(none.abs() < 1e-12 && (most + low - 1.0).abs() < 1e-9);
        }
        assert_eq!(percent_down(share(20, 20).unwrap().0), 86);
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn large_samples_stay_within_bounds() {
        let (low, high) = share(999, 2000).unwrap();
        assert!(low > 0.47 && low < 0.4995 && high > 0.4995 && high < 0.53, "{low} {high}");
    }

    #[test]
    fn bounds_claim_no_more_than_they_may() {
        assert_eq!((percent_down(0.869), percent_up(0.861)), (86, 87));
        assert_eq!((percent_down(1.0), percent_up(0.0)), (100, 0));
    }
}
