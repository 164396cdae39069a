//! Two changes of one text taken together.

/// What changed between two texts: the bytes of the old one that are replaced, and by what.
#[derive(Clone, Debug, PartialEq)]
struct Hunk<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

fn hunk<'a>(old: &str, new: &'a str) -> Hunk<'a> {
    let same = |(a, b): &(u8, u8)| a == b;
    let mut start = old.bytes().zip(new.bytes()).take_while(same).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let room = old.len().min(new.len()) - start;
    let mut tail = old.bytes().rev().zip(new.bytes().rev()).take_while(same).count().min(room);
    while !old.is_char_boundary(old.len() - tail) || !new.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    Hunk { start, end: old.len() - tail, text: &new[start..new.len() - tail] }
}

/// The text that has both changes of `base`; `None` where they are about the same place.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Option<String> {
    if mine == base || mine == theirs {
        return Some(theirs.to_string());
    }
    if theirs == base {
        return Some(mine.to_string());
    }
    let (own, other) = (hunk(base, mine), hunk(base, theirs));
    let (first, second) = if own.start <= other.start { (&own, &other) } else { (&other, &own) };
    // What touches is about the same place: nobody knows in which order it is meant.
    if second.start <= first.end {
        return None;
    }
    let parts = [&base[..first.start], first.text, &base[first.end..second.start], second.text, &base[second.end..]];
    Some(parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_two_places_are_both_there() {
        let base = "a = 5\nb = 3\nJ = a*b\n";
        let both = merge(base, "a = 6\nb = 3\nJ = a*b\n", "a = 5\nb = 3\nJ = a*b + 1\n");
        assert_eq!(both.as_deref(), Some("a = 6\nb = 3\nJ = a*b + 1\n"));
        let turned = merge(base, "a = 5\nb = 3\nJ = a*b + 1\n", "a = 6\nb = 3\nJ = a*b\n");
        assert_eq!(turned, both);
        assert_eq!(merge(base, base, "x"), Some("x".into()));
        assert_eq!(merge(base, "x", base), Some("x".into()));
    }

    #[test]
    fn changes_of_one_place_are_not_mixed() {
        let base = "a = 5\n";
        assert_eq!(merge(base, "a = 6\n", "a = 7\n"), None);
        assert_eq!(merge(base, "a = 6\n", "a = 6\n"), Some("a = 6\n".into()));
    }

    #[test]
    fn letters_of_several_bytes_stay_whole() {
        let base = "σ = 1\nτ = 2\n";
        assert_eq!(merge(base, "ς = 1\nτ = 2\n", "σ = 1\nτ = 22\n").as_deref(), Some("ς = 1\nτ = 22\n"));
    }
}
