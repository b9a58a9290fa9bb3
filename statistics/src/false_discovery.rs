//! Many comparisons at once, and few false discoveries among them.

use crate::as_float;

/// Adjusts p-values so that among those at most `q` the expected share of false discoveries is at most `q` (Benjamini and Hochberg, Journal
/// of the Royal Statistical Society B 57, 1995); in the order given.
///
/// # Panics
/// When one is not between 0 and 1.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    assert!(p_values.iter().all(|p| (0.0..=1.0).contains(p)), "a p-value lies between 0 and 1");
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (rank, position) in order.iter().enumerate().rev() {
        least = least.min(p_values[*position] * as_float(p_values.len() as u64) / as_float(rank as u64 + 1));
        adjusted[*position] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fifteen p-values of the paper's example: at 5 % the first four are discoveries.
    #[test]
    fn the_example_of_the_paper_has_four_discoveries() {
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let adjusted = adjusted(&p_values);
        assert_eq!(adjusted.iter().filter(|q| **q <= 0.05).count(), 4);
        assert!((adjusted[0] - 0.0015).abs() < 1e-12 && (adjusted[3] - 0.035_625).abs() < 1e-12);
        assert!(adjusted.is_sorted());
    }

    #[test]
    fn order_does_not_matter_and_nothing_becomes_smaller() {
        let p_values = [0.04, 0.001, 1.0, 0.03, 0.03];
        let forwards = adjusted(&p_values);
        let backwards: Vec<f64> =
            adjusted(&p_values.iter().rev().copied().collect::<Vec<_>>()).into_iter().rev().collect();
        assert_eq!(forwards, backwards);
        assert!(forwards.iter().zip(p_values).all(|(q, p)| *q >= p && *q <= 1.0));
        assert_eq!(adjusted(&[]), Vec::<f64>::new());
    }
}
