#![expect(clippy::indexing_slicing, reason = "limb numbers are below the five limbs")]

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use serde::{Serialize, Serializer};

/// The largest integer that every JSON reader holds exactly (RFC 8259, section 6).
const JSON_MAX: u64 = (1 << 53) - 1;

/// How many headers a set holds: an exact number from 0 to 2^320 - 1.
///
/// All IPv6 headers are 2^288, so counts of sets, sums over disjoint sets and counts of diagram
/// paths never come near the limit; arithmetic beyond it saturates.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Count([u64; 5]);

impl Count {
    /// None.
    pub const ZERO: Self = Self([0; 5]);
    /// One.
    pub const ONE: Self = Self([1, 0, 0, 0, 0]);
    const MAX: Self = Self([u64::MAX; 5]);

    /// Whether the count is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The number, if it fits.
    pub fn to_u64(self) -> Option<u64> {
        let [low, high @ ..] = self.0;
        (high == [0; 4]).then_some(low)
    }

    /// The number, or the nearest that there is.
    pub(crate) fn to_f64(self) -> f64 {
        self.0.iter().rev().fold(0.0, |sum, limb| sum * 2_f64.powi(64) + *limb as f64)
    }

    /// The number of values from `lo` to `hi`, both included.
    pub(super) fn of_range(lo: u128, hi: u128) -> Self {
        Self::from(hi - lo) + Self::ONE
    }

    /// The difference, unless it is negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let mut left = self.0;
        let mut borrow = false;
        for (limb, minus) in left.iter_mut().zip(other.0) {
            let (first, under) = limb.overflowing_sub(minus);
            let (second, under_again) = first.overflowing_sub(borrow.into());
            (*limb, borrow) = (second, under || under_again);
        }
        (!borrow).then_some(Self(left))
    }

    /// Divides by `divisor` in place and gives the remainder.
    fn divide(&mut self, divisor: u64) -> u64 {
        let mut rest = 0_u128;
        for limb in self.0.iter_mut().rev() {
            let value = rest << 64 | u128::from(*limb);
            *limb = (value / u128::from(divisor)) as u64;
            rest = value % u128::from(divisor);
        }
        rest as u64
    }
}

impl From<u128> for Count {
    fn from(value: u128) -> Self {
        Self([value as u64, (value >> 64) as u64, 0, 0, 0])
    }
}

impl From<u64> for Count {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let mut sum = self.0;
        let mut carry = false;
        for (limb, plus) in sum.iter_mut().zip(other.0) {
            let (first, over) = limb.overflowing_add(plus);
            let (second, over_again) = first.overflowing_add(carry.into());
            (*limb, carry) = (second, over || over_again);
        }
        if carry { Self::MAX } else { Self(sum) }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::ZERO, Add::add)
    }
}

impl Mul for Count {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut product = [0; 5];
        for (shift, &factor) in other.0.iter().enumerate().filter(|(_, factor)| **factor != 0) {
            let mut carry = 0_u128;
            for (place, &limb) in self.0.iter().enumerate() {
                let Some(sum) = product.get_mut(place + shift) else {
                    if limb != 0 {
                        return Self::MAX;
                    }
                    continue;
                };
                carry += u128::from(limb) * u128::from(factor) + u128::from(*sum);
                *sum = carry as u64;
                carry >>= 64;
            }
            if carry != 0 {
                return Self::MAX;
            }
        }
        Self(product)
    }
}

impl Ord for Count {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Count {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHUNK: u64 = 10_u64.pow(19);
        let mut left = *self;
        // 2^320 has 97 digits: six chunks of 19.
        let mut chunks = [0; 6];
        for chunk in &mut chunks {
            *chunk = left.divide(CHUNK);
        }
        let top = chunks.iter().rposition(|chunk| *chunk != 0).unwrap_or(0);
        let mut digits = chunks[top].to_string();
        for chunk in chunks[..top].iter().rev() {
            digits.push_str(&format!("{chunk:019}"));
        }
        f.pad_integral(true, "", &digits)
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A JSON number where every reader holds it exactly, else a string of decimal digits.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number; a decimal string from 2^53 on, which doubles cannot hold.",
            "oneOf": [
                { "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 },
                { "type": "string", "pattern": "^[1-9][0-9]*$" }
            ]
        })
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_u64() {
            Some(small) if small <= JSON_MAX => serializer.serialize_u64(small),
            _ => serializer.collect_str(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power_of_two(exponent: u32) -> Count {
        (0..exponent).fold(Count::ONE, |count, _| count + count)
    }

    #[test]
    fn all_ipv6_headers_are_counted_exactly() {
        let addresses = Count::of_range(0, u128::MAX);
        let ports = Count::of_range(0, 65535);
        let all = addresses * ports * addresses * ports;
        assert_eq!(all, power_of_two(288));
        assert_eq!(
            all.to_string(),
            // 2^288, computed elsewhere.
            "497323236409786642155382248146820840100456150797347717440463976893159497012533375533056"
        );
    }

    #[test]
    fn arithmetic_carries_and_saturates() {
        assert_eq!(Count::from(u128::MAX) + Count::ONE, power_of_two(128));
        assert_eq!(power_of_two(128).checked_sub(Count::ONE), Some(Count::from(u128::MAX)));
        assert_eq!(Count::ZERO.checked_sub(Count::ONE), None);
        assert_eq!(power_of_two(319) + power_of_two(319), Count::MAX);
        assert_eq!(power_of_two(160) * power_of_two(160), Count::MAX);
        assert_eq!(power_of_two(160) * power_of_two(159), power_of_two(319));
        assert!(power_of_two(64) > Count::from(u64::MAX));
    }

    #[test]
    fn decimal_digits_keep_inner_zeros() {
        assert_eq!(Count::ZERO.to_string(), "0");
        assert_eq!(Count::from(10_u128.pow(38)).to_string(), format!("1{}", "0".repeat(38)));
        assert_eq!(Count::from(u128::MAX).to_string(), u128::MAX.to_string());
    }

    #[test]
    fn json_numbers_stop_where_doubles_do() {
        let json = |value: u64| serde_json::to_string(&Count::from(value)).unwrap();
        assert_eq!(json(9_007_199_254_740_991), "9007199254740991");
        assert_eq!(json(9_007_199_254_740_992), "\"9007199254740992\"");
    }
}
