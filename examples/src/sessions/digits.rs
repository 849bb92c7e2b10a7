//! Numbers for readers.

/// `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_by_three() {
        let numbers = [0, 7, 999, 1_000, 12_345, 1_234_567, u64::MAX];
        let expected = [
            "0",
            "7",
            "999",
            "1,000",
            "12,345",
            "1,234,567",
            "18,446,744,073,709,551,615",
        ];
        assert_eq!(numbers.map(grouped), expected);
    }
}
