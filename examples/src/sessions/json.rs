//! As much of a JSON encoder as one summary needs.

use std::fmt::{self, Write};

/// A value to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// A count.
    Count(u64),
    /// A number with six decimals; `null` when it is none.
    Decimal(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; keys stay in this order.
    Object(Vec<(&'static str, Json)>),
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Self::Decimal(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: Into<Json>> FromIterator<T> for Json {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Count(value) => write!(f, "{value}"),
            Self::Decimal(value) if value.is_finite() => write!(f, "{value:.6}"),
            Self::Decimal(_) => f.write_str("null"),
            Self::Text(text) => string(f, text),
            Self::List(list) => {
                let write_one = |f: &mut fmt::Formatter<'_>, value: &Json| write!(f, "{value}");
                series(f, ('[', ']'), list, write_one)
            }
            Self::Object(fields) => series(f, ('{', '}'), fields, |f, (key, value)| {
                string(f, key)?;
                write!(f, ":{value}")
            }),
        }
    }
}

fn series<T>(
    f: &mut fmt::Formatter<'_>,
    (open, close): (char, char),
    items: &[T],
    write_one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_char(open)?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        write_one(f, item)?;
    }
    f.write_char(close)
}

fn string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let text = Json::from("a \"b\" \\ \n\r\t\u{0}\u{1f} \u{7f} ä 🦀");
        assert_eq!(
            text.to_string(),
            "\"a \\\"b\\\" \\\\ \\n\\r\\t\\u0000\\u001f \u{7f} ä 🦀\""
        );
    }

    #[test]
    fn values_nest() {
        let value = Json::Object(vec![
            ("empty", Json::List(Vec::new())),
            ("list", [1_u64, 2].into_iter().collect()),
            ("decimal", 1.5.into()),
            ("nothing", f64::INFINITY.into()),
            ("object", Json::Object(vec![("yes", true.into())])),
        ]);
        let expected =
            r#"{"empty":[],"list":[1,2],"decimal":1.500000,"nothing":null,"object":{"yes":true}}"#;
        assert_eq!(value.to_string(), expected);
    }
}
