//! The order of versions, as people mean it: `22.04 < 22.10`, `1.9 < 1.10`, `2.0-rc1 < 2.0 < 2.0.1`, `1:1.0 > 2.0`.
//!
//! One order for dpkg, rpm, semver and build numbers, since a fault does not know which it gets: an epoch before a colon decides
//! first; then parts of digits compare as numbers and parts of letters as texts; `~` and the names of pre-releases (`rc`, `beta`, …)
//! come before the end, any other letters behind it; missing zeros count as there (`1.0` is `1.0.0`). Where dpkg and semver
//! disagree on what follows `+` or a hyphen with a digit, it counts, as with dpkg.

use std::cmp::Ordering;

/// Parts of letters that announce a version.
const BEFORE: [&str; 8] = ["a", "alpha", "b", "beta", "dev", "pre", "preview", "rc"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'v> {
    /// `~`, or the name of a pre-release.
    Before(&'v str),
    Digits(&'v str),
    Letters(&'v str),
}

/// Compares two versions.
pub fn compare(a: &str, b: &str) -> Ordering {
    let ((a_epoch, a), (b_epoch, b)) = (epoch(a), epoch(b));
    number(a_epoch, b_epoch).then_with(|| {
        let (mut a, mut b) = (parts(a), parts(b));
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                (Some(part), None) => against_nothing(part),
                (None, Some(part)) => against_nothing(part).reverse(),
                (Some(a), Some(b)) => against(a, b),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
    })
}

fn epoch(version: &str) -> (&str, &str) {
    let version = version.trim().trim_start_matches(['v', 'V']);
    version
        .split_once(':')
        .filter(|(epoch, _)| !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or(("0", version))
}

fn parts(version: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = version;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '~');
        let first = rest.chars().next()?;
        let length = match first {
            '~' => 1,
            c if c.is_ascii_digit() => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            _ => rest.find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit()).unwrap_or(rest.len()),
        };
        let (part, behind) = rest.split_at(length);
        rest = behind;
        Some(match part {
            "~" => Part::Before(""),
            _ if first.is_ascii_digit() => Part::Digits(part),
            _ if BEFORE.iter().any(|word| part.eq_ignore_ascii_case(word)) => Part::Before(part),
            _ => Part::Letters(part),
        })
    })
}

fn against_nothing(part: Part<'_>) -> Ordering {
    match part {
        Part::Before(_) => Ordering::Less,
        Part::Digits(digits) => number(digits, "0"),
        Part::Letters(_) => Ordering::Greater,
    }
}

fn against(a: Part<'_>, b: Part<'_>) -> Ordering {
    let rank = |part: &Part<'_>| match part {
        Part::Before(_) => 0,
        Part::Letters(_) => 1,
        Part::Digits(_) => 2,
    };
    match (a, b) {
        (Part::Digits(a), Part::Digits(b)) => number(a, b),
        (Part::Before(a), Part::Before(b)) | (Part::Letters(a), Part::Letters(b)) => {
            a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase())
        }
        _ => rank(&a).cmp(&rank(&b)),
    }
}

/// Numbers of any length.
fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_people_mean_them() {
        let table = [
            ("22.04", Ordering::Less, "22.10"),
            ("1.9", Ordering::Less, "1.10"),
            ("1.0", Ordering::Equal, "1.0.0"),
            ("v1.2", Ordering::Equal, "1.2"),
            ("10.0.19045", Ordering::Less, "10.0.22000"),
            ("2.0-rc1", Ordering::Less, "2.0"),
            ("2.0~rc1", Ordering::Less, "2.0"),
            ("2.0.0-beta.2", Ordering::Less, "2.0.0-beta.11"),
            ("2.0.0-alpha", Ordering::Less, "2.0.0-beta"),
            ("2.0-1", Ordering::Less, "2.0-2"),
            ("2.0", Ordering::Less, "2.0-1"),
            ("1.2.3", Ordering::Less, "1.2.3+deb12u1"),
            ("1.2.3+deb12u2", Ordering::Less, "1.2.3+deb12u10"),
            ("1:1.0", Ordering::Greater, "2.0"),
            ("1.0a", Ordering::Less, "1.0"),
            ("1.0p1", Ordering::Greater, "1.0"),
            ("007", Ordering::Equal, "7"),
            ("99999999999999999999999", Ordering::Greater, "99999999999999999999998"),
            ("", Ordering::Equal, "0"),
        ];
        for (a, expected, b) in table {
            assert_eq!(compare(a, b), expected, "{a} {b}");
            assert_eq!(compare(b, a), expected.reverse(), "{b} {a}");
        }
    }
}
