//! [`Tally`]: the sums of features for 256 documents at once.
//!
//! The sums are kept in binary, one plane of bits a digit, so that adding a feature to 64
//! documents takes a few operations on whole machine words:
//!
//! ```text
//!            document 63 … 2 1 0
//! plane 0   1·        1    0 1 1
//! plane 1   2·        0    0 1 0      document 1 has 1 + 2 = 3
//! plane 2   4·        1    0 0 0
//! ```

use std::array;

use super::scores::Feature;

/// Words of bits that are added at once; the compiler makes vector operations of it.
pub(super) const LANES: usize = 4;
/// Digits of a sum: 64 features of 8,000 fit.
const PLANES: usize = 20;

/// The sums of `64 * LANES` documents.
pub(super) struct Tally {
    planes: [[u64; LANES]; PLANES],
    /// Planes that may hold a digit.
    n_used: usize,
}

impl Tally {
    /// Adds up the features of the documents whose words of bits begin at `from`.
    pub fn of(features: &[Feature], from: usize) -> Self {
        let mut tally = Self { planes: [[0; LANES]; PLANES], n_used: 0 };
        for feature in features {
            let words = &feature.docs.words[from..];
            let mut mask = [0; LANES];
            mask.iter_mut().zip(words).for_each(|(lane, word)| *lane = *word);
            tally.add(mask, feature.quarters);
        }
        tally
    }

    fn add(&mut self, mask: [u64; LANES], value: u32) {
        let mut carry = [0; LANES];
        for (digit, plane) in self.planes.iter_mut().enumerate() {
            if value >> digit == 0 && carry == [0; LANES] {
                return;
            }
            let is_set = if (value >> digit) & 1 == 1 { u64::MAX } else { 0 };
            let add: [u64; LANES] = array::from_fn(|lane| mask[lane] & is_set);
            let half: [u64; LANES] = array::from_fn(|lane| plane[lane] ^ add[lane]);
            let over =
                array::from_fn(|lane| (plane[lane] & add[lane]) | (carry[lane] & half[lane]));
            *plane = array::from_fn(|lane| half[lane] ^ carry[lane]);
            carry = over;
            self.n_used = self.n_used.max(digit + 1);
        }
    }

    /// The documents with a sum of at least `least`.
    pub fn at_least(&self, least: u32) -> [u64; LANES] {
        if least >> self.n_used != 0 {
            return [0; LANES];
        }
        let mut greater = [0; LANES];
        let mut equal = [u64::MAX; LANES];
        for digit in (0..self.n_used).rev() {
            let plane = &self.planes[digit];
            if (least >> digit) & 1 == 1 {
                equal = array::from_fn(|lane| equal[lane] & plane[lane]);
            } else {
                greater = array::from_fn(|lane| greater[lane] | (equal[lane] & plane[lane]));
                equal = array::from_fn(|lane| equal[lane] & !plane[lane]);
            }
        }
        array::from_fn(|lane| greater[lane] | equal[lane])
    }

    /// The sum of one document.
    pub fn sum(&self, lane: usize, bit: u32) -> u32 {
        let digits = (0..self.n_used).map(|digit| ((self.planes[digit][lane] >> bit) & 1) << digit);
        digits.sum::<u64>() as u32
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::docs::Bits, *};

    #[test]
    fn sums_are_those_of_single_documents() {
        // Every third document has 5, every fourth 7 and every fifth 8,000.
        let every = |step: u32, quarters| {
            let mut bits = Bits::none(300);
            (0..300).filter(|doc| doc % step == 0).for_each(|doc| bits.set(doc));
            Feature { docs: Arc::new(bits.counted()), quarters }
        };
        let features = [every(3, 5), every(4, 7), every(5, 8_000)];
        for from in [0, LANES] {
            let tally = Tally::of(&features, from);
            for doc in 0..(64 * LANES as u32).min(300 - 64 * from as u32) {
                let number = doc + 64 * from as u32;
                let has = |step: u32, value| if number.is_multiple_of(step) { value } else { 0 };
                let expected = has(3, 5) + has(4, 7) + has(5, 8_000);
                let (lane, bit) = (doc as usize / 64, doc % 64);
                assert_eq!(tally.sum(lane, bit), expected, "{number}");
                for least in [0, 1, 5, 7, 12, 13, 8_000, 8_012, 8_013, 1 << 19] {
                    let is_in = (tally.at_least(least)[lane] >> bit) & 1 == 1;
                    assert_eq!(is_in, expected >= least, "{number}: {expected} of {least}");
                }
            }
        }
    }
}
