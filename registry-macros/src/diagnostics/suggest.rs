//! "did you mean": the known word nearest to what was written.

/// The candidate that `word` was probably meant to be, if one is near enough.
///
/// Near enough is a third of the letters: `partiton` is `partitions`, `limit` is nothing. Or a part of the word:
/// `timeout` is `call_timeout`. Or what it is called elsewhere: `max_seconds` is `within`.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let (candidate, distance) = candidates
        .iter()
        .map(|candidate| (*candidate, distance(&word, candidate)))
        .min_by_key(|&(_, distance)| distance)?;
    let longest = word.chars().count().max(candidate.chars().count());
    if distance <= (longest / 3).max(1) {
        return Some(candidate);
    }
    let has_part = |candidate: &&str| {
        word.len() >= 3
            && (candidate.starts_with(&word) || candidate.split('_').any(|part| part == word))
    };
    let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == word);
    let ours = elsewhere.map(|(_, ours)| *ours);
    let mut candidates = candidates.into_iter();
    candidates.find(|candidate| has_part(candidate) || Some(*candidate) == ours)
}

/// What users of Elixir, and of other supervisors, call a thing.
const ELSEWHERE: [(&str, &str); 8] = [
    ("max_seconds", "within"),
    ("period", "within"),
    ("intensity", "max_restarts"),
    ("name", "id"),
    ("always", "permanent"),
    ("never", "temporary"),
    ("on_failure", "transient"),
    ("on_error", "transient"),
];

/// How many letters have to be put in, taken out, exchanged or swapped with their neighbour to get
/// from `left` to `right`.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    // Rows of the table of distances between all beginnings of the two words: the last one, and the
    // one before it, which swaps look at.
    let mut older: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut earlier = None;
    let at = |row: &[usize], cell: usize| row.get(cell).copied().unwrap_or(usize::MAX / 2);
    for (line, from) in left.chars().enumerate() {
        let mut next = vec![line + 1];
        let mut before = None;
        for (cell, &to) in right.iter().enumerate() {
            let exchanged = at(&row, cell) + usize::from(from != to);
            let removed = at(&row, cell + 1) + 1;
            let added = at(&next, cell) + 1;
            let mut best = exchanged.min(removed).min(added);
            if cell > 0 && earlier == Some(to) && before == Some(from) {
                best = best.min(at(&older, cell - 1) + 1);
            }
            next.push(best);
            before = Some(to);
        }
        older = std::mem::replace(&mut row, next);
        earlier = Some(from);
    }
    at(&row, right.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", ""), 0);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("call", "calll"), 1);
        assert_eq!(distance("kyes", "keys"), 1);
        assert_eq!(distance("ab", "ba"), 1);
    }

    #[test]
    fn the_nearest_word_is_found_if_it_is_near() {
        let known = ["partitions", "keys", "key", "value"];
        assert_eq!(nearest("partition", known), Some("partitions"));
        assert_eq!(nearest("kyes", known), Some("keys"));
        assert_eq!(nearest("Value", known), Some("value"));
        assert_eq!(nearest("strategy", known), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(
            nearest("timeout", ["key", "call_timeout"]),
            Some("call_timeout")
        );
        assert_eq!(nearest("val", known), Some("value"));
        assert_eq!(
            nearest("max_seconds", ["max_restarts", "within"]),
            Some("within")
        );
    }
}
