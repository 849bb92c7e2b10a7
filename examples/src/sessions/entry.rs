//! One line of an access log in Apache's combined format.
//!
//! ```text
//! %h %l %u [%t] "%r" %>s %b "%{Referer}i" "%{User-agent}i"
//! ```

use std::fmt;

/// Lines longer than this are malformed, and only this much of them is ever held in memory.
pub const LINE_LIMIT: usize = 64 * 1024;

/// A line, taken apart. What Apache escapes is left as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Who asked: an address, or a host's name.
    pub client: &'a str,
    /// When, in seconds since 1970.
    pub time: i64,
    /// What for: the request's first line.
    pub request: &'a [u8],
    /// The answer's status.
    pub status: u16,
    /// The size of the answer's body; `-` is none.
    pub bytes: u64,
    /// Where the client came from.
    pub referer: &'a [u8],
    /// What the client is.
    pub agent: &'a [u8],
    /// Whether the line ends within the agent. It is cut off there, then, and tells nonetheless all
    /// that is counted; what is cut off further to the left is malformed.
    pub cut_off: bool,
}

/// What is wrong with a line: the first field, from the left, that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// There is nothing on it.
    Empty,
    /// It is longer than [`LINE_LIMIT`].
    TooLong,
    /// It does not begin with a client.
    Client,
    /// No identity and user, or `-`, follow the client.
    User,
    /// No time in brackets.
    Time,
    /// No request in quotes.
    Request,
    /// No status from 100 to 599.
    Status,
    /// No size, or `-`.
    Size,
    /// No referrer in quotes.
    Referer,
    /// No user agent in quotes.
    Agent,
    /// Something follows the user agent.
    Trailing,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::TooLong => "longer than 64 KiB",
            Self::Client => "does not begin with a client's address",
            Self::User => "no identity and user after the client",
            Self::Time => "no time such as [17/May/2015:10:05:03 +0000]",
            Self::Request => "no request in quotes",
            Self::Status => "no status from 100 to 599",
            Self::Size => "no size",
            Self::Referer => "no referrer in quotes",
            Self::Agent => "no user agent in quotes",
            Self::Trailing => "something after the user agent",
        })
    }
}

impl<'a> Entry<'a> {
    /// Takes a line apart, which has no line break any more.
    ///
    /// # Errors
    ///
    /// [`Malformed`] names the first field that is not as it should be.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        if line.is_empty() {
            return Err(Malformed::Empty);
        }
        if line.len() > LINE_LIMIT {
            return Err(Malformed::TooLong);
        }
        let (client, rest) = split(line, b" ").ok_or(Malformed::Client)?;
        let client = client_name(client).ok_or(Malformed::Client)?;
        // A user's name may hold spaces, so that the bracket is what ends it.
        let (user, rest) = split(rest, b" [").ok_or(Malformed::User)?;
        let (identity, user) = split(user, b" ").ok_or(Malformed::User)?;
        if identity.is_empty() || user.is_empty() {
            return Err(Malformed::User);
        }
        let (at, rest) = split(rest, b"] ").ok_or(Malformed::Time)?;
        let time = time(at).ok_or(Malformed::Time)?;
        let (request, rest) = quoted(rest).ok_or(Malformed::Request)?;
        let rest = rest.strip_prefix(b" ").ok_or(Malformed::Status)?;
        let (status, rest) = split(rest, b" ").ok_or(Malformed::Status)?;
        let status = u16::try_from(number(status, 3).ok_or(Malformed::Status)?).unwrap_or(0);
        if !(100..600).contains(&status) {
            return Err(Malformed::Status);
        }
        let (size, rest) = split(rest, b" ").ok_or(Malformed::Size)?;
        let bytes = match size {
            b"-" => 0,
            digits => number(digits, 19).ok_or(Malformed::Size)?,
        };
        let (referer, rest) = quoted(rest).ok_or(Malformed::Referer)?;
        let rest = rest.strip_prefix(b" ").ok_or(Malformed::Agent)?;
        let (agent, cut_off) = match quoted(rest) {
            Some((agent, b"")) => (agent, false),
            Some(_) => return Err(Malformed::Trailing),
            None => (rest.strip_prefix(b"\"").ok_or(Malformed::Agent)?, true),
        };
        Ok(Self {
            client,
            time,
            request,
            status,
            bytes,
            referer,
            agent,
            cut_off,
        })
    }

    /// Whether the status is a 4xx or 5xx.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status >= 400
    }
}

/// What is before and after the first occurrence of `separator`.
fn split<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = *separator.first()?;
    let mut from = 0;
    while let Some(found) = text.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + found;
        let (before, after) = text.split_at(at);
        if let Some(after) = after.strip_prefix(separator) {
            return Some((before, after));
        }
        from = at + 1;
    }
    None
}

/// An IPv4 or IPv6 address, or a host's name: nothing else names a server.
fn client_name(client: &[u8]) -> Option<&str> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b".:-_%[]".contains(byte);
    if client.is_empty() || !client.iter().all(belongs) {
        return None;
    }
    std::str::from_utf8(client).ok()
}

/// What is between a quote and the next one that no backslash stands before, and what follows.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// A number of one to `most` digits.
fn number(digits: &[u8], most: usize) -> Option<u64> {
    if digits.is_empty() || digits.len() > most || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0')),
    )
}

/// `17/May/2015:10:05:03 +0000`, in seconds since 1970.
fn time(text: &[u8]) -> Option<i64> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    const FORM: &[u8; 26] = b"00/Mmm/0000:00:00:00 +0000";
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'M' | b'm' => byte.is_ascii_alphabetic(),
        b'+' => matches!(byte, b'+' | b'-'),
        _ => byte == form,
    };
    if text.len() != FORM.len() || !text.iter().zip(FORM).all(fits) {
        return None;
    }
    let part =
        |from: usize, to: usize| number(&text[from..to], 4).and_then(|n| i64::try_from(n).ok());
    let month = MONTHS.chunks(3).position(|name| name == &text[3..6])?;
    let (day, year) = (part(0, 2)?, part(7, 11)?);
    let (hour, minute, second) = (part(12, 14)?, part(15, 17)?, part(18, 20)?);
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = part(22, 24)? * 3600 + part(24, 26)? * 60;
    let offset = if text[21] == b'-' { -offset } else { offset };
    let days = days_before(year, i64::try_from(month).ok()?) + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second - offset)
}

/// Days from 1970 to the first of a month, which counts from 0.
fn days_before(year: i64, month: i64) -> i64 {
    // Years that begin in March have their odd day at the end.
    let year = if month < 2 { year - 1 } else { year };
    let from_march = (month + 10) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (from_march * 153 + 2) / 5 - 719_468
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
