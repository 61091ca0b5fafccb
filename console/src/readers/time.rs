//! Times as logs write them. Pure. Zones are left aside: within the logs of one PC its wall clock orders well enough.

use std::time::Duration;

use hotliner_protocol::time::Timestamp;

/// A date with a time at the start of `text`, and the bytes it takes: `2024-05-31 10:11:12`, with `/` in the date, `T` or any blanks
/// before the time, with or without seconds and fractions (`.` `,` `:`).
pub(super) fn at_start(text: &str) -> Option<(Timestamp, usize)> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/') || *bytes.get(7)? != separator {
        return None;
    }
    let (year, month, day) = (digits(bytes, 0, 4)?, digits(bytes, 5, 2)?, digits(bytes, 8, 2)?);
    let blanks = bytes[10..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'T')).count();
    let (clock, taken) = if blanks == 0 { (0, 0) } else { clock(&bytes[10 + blanks..])? };
    let midnight = u64::try_from(days(year, month, day)?).ok()?.checked_mul(86_400_000)?;
    let taken = 10 + if taken == 0 { 0 } else { blanks + taken };
    Some((Timestamp::from_millis(midnight + clock), taken))
}

/// A date of the form `31/12/2024` or `12/31/2024` with a time behind it. `None` where day and month could be either: a guess would
/// put attempts into the wrong order.
pub(super) fn day_or_month_first(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once([' ', '\t'])?;
    let mut parts = date.split(['/', '.', '-']).map(str::parse::<u64>);
    let (first, second, year) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let (day, month) = match (first, second) {
        (a, b) if a == b => (a, b),
        (13..=31, 1..=12) => (first, second),
        (1..=12, 13..=31) => (second, first),
        _ => return None,
    };
    let (clock, _) = clock(rest.trim_start().as_bytes())?;
    let midnight = u64::try_from(days(year, month, day)?).ok()?.checked_mul(86_400_000)?;
    Some(Timestamp::from_millis(midnight + clock))
}

/// Milliseconds since midnight, and the bytes they take.
fn clock(bytes: &[u8]) -> Option<(u64, usize)> {
    let (hour, minute) = (digits(bytes, 0, 2)?, digits(bytes, 3, 2)?);
    if bytes[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let minutes = (hour * 60 + minute) * 60_000;
    let Some(second) = (bytes.get(5) == Some(&b':')).then(|| digits(bytes, 6, 2)).flatten() else {
        return Some((minutes, 5));
    };
    let fraction = match bytes.get(8) {
        Some(b'.' | b',' | b':') => bytes[9..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let millis = if fraction >= 3 { digits(bytes, 9, 3)? } else { 0 };
    let taken = 8 + if fraction == 0 { 0 } else { 1 + fraction };
    Some((minutes + second.min(59) * 1000 + millis, taken))
}

fn digits(bytes: &[u8], from: usize, count: usize) -> Option<u64> {
    let part = bytes.get(from..from + count)?;
    part.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

/// Days since 1970-01-01 of a Gregorian date.
fn days(year: u64, month: u64, day: u64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March: the leap day is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let all = year * 365 + year / 4 - year / 100 + year / 400 + of_year;
    i64::try_from(all).ok()?.checked_sub(719_468)
}

/// How long after `earlier` something came; nothing if one of them is not known.
pub(super) fn gap(earlier: Option<Timestamp>, later: Option<Timestamp>) -> Option<Duration> {
    Some(later?.since(earlier?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_logs_are_read_and_nothing_else_is() {
        let table = [
            ("2024-05-31 10:11:12 status installed", "2024-05-31T10:11:12.000Z", 19),
            ("2024-05-31  10:11:12", "2024-05-31T10:11:12.000Z", 20),
            ("2024-05-31T10:11:12+0200] [ALPM]", "2024-05-31T10:11:12.000Z", 19),
            ("2024-05-31T10:11:12,345 pip", "2024-05-31T10:11:12.345Z", 23),
            ("2024/02/29 23:59:59.1234567 980", "2024-02-29T23:59:59.123Z", 27),
            ("2014-03-01 09:05] [PACMAN]", "2014-03-01T09:05:00.000Z", 16),
        ];
        for (text, expected, taken) in table {
            let found = at_start(text).map(|(at, taken)| (at.to_string(), taken));
            assert_eq!(found, Some((expected.to_owned(), taken)), "{text}");
        }
        for text in
            ["", "2024-05", "2024-13-01 10:00:00", "2024-05-31 25:00:00", "1.2.3-4 foo", "é024-05-31 10:11"]
        {
            assert_eq!(at_start(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_that_could_be_a_month_is_not_guessed() {
        let read = |text| day_or_month_first(text).map(|at| at.to_string());
        assert_eq!(read("31/12/2023  10:11:12"), Some("2023-12-31T10:11:12.000Z".to_owned()));
        assert_eq!(read("12/31/2023  10:11:12  Build"), Some("2023-12-31T10:11:12.000Z".to_owned()));
        assert_eq!(read("31.12.2023  10:11:12"), Some("2023-12-31T10:11:12.000Z".to_owned()));
        assert_eq!(read("01/02/2023  10:11:12"), None);
    }
}
