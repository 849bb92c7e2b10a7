//! The command line.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

/// What `--help` prints.
pub const HELP: &str = "\
Replays a web server's access log (Apache combined format) into one named server per client.

usage: sessions [PATH] [options]

  PATH               the log; `-` is standard input; a small sample unless it is given

  --concurrency N    replay with N writers (4)
  --crash-every N    crash a random visitor every N lines: by turns with a kill, by which its count
                     is lost, and with an exit signal, after which its `terminate` hands it over
  --seed N           choose those visitors by another random seed (1)
  --top N            list so many of the busiest clients (10)
  --json             print the summary as one JSON object
  --help             print this

Exit codes: 0; 1 when lines are unaccounted for or the replay failed; 2 when the log cannot be read or
the options are wrong; 130 after Ctrl-C, with the summary of what was replayed until then.
";

/// The most writers there may be.
pub const MOST_WRITERS: usize = 1024;

/// Where the log is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// The sample that comes with the program.
    #[default]
    Sample,
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// How to print the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As a table, and the living tree.
    #[default]
    Table,
    /// As one JSON object.
    Json,
}

/// What the user asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where the log is.
    pub input: Input,
    /// How many writers replay it.
    pub concurrency: usize,
    /// After how many lines a visitor is crashed, each time.
    pub crash_every: Option<NonZeroU64>,
    /// What the choice of those visitors begins with.
    pub seed: u64,
    /// How many of the busiest clients to list.
    pub top: usize,
    /// How to print the summary.
    pub format: Format,
}

/// What the program is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Replay a log.
    Replay(Options),
}

/// The command line makes no sense; displays as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError(String);

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; see --help", self.0)
    }
}

impl Error for OptionsError {}

impl Default for Options {
    fn default() -> Self {
        Self {
            input: Input::default(),
            concurrency: 4,
            crash_every: None,
            seed: 1,
            top: 10,
            format: Format::default(),
        }
    }
}

impl Command {
    /// Reads the command line, without the program's name.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] names the first thing that is wrong.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, OptionsError> {
        let mut arguments = arguments.into_iter();
        let mut options = Options::default();
        let mut path = None;
        while let Some(argument) = arguments.next() {
            let text = argument
                .to_str()
                .filter(|text| text.starts_with('-') && *text != "-");
            let Some(text) = text else {
                if path.replace(argument).is_some() {
                    return Err(OptionsError("there is more than one path".to_owned()));
                }
                continue;
            };
            let (name, given) = match text.split_once('=') {
                Some((name, value)) => (name, Some(OsString::from(value))),
                None => (text, None),
            };
            if given.is_some() && matches!(name, "--json" | "--help" | "-h") {
                return Err(OptionsError(format!("`{name}` takes no value")));
            }
            let mut value = || given.clone().or_else(|| arguments.next());
            match name {
                "--help" | "-h" => return Ok(Self::Help),
                "--json" => options.format = Format::Json,
                "--concurrency" => {
                    let allowed = |writers: &usize| (1..=MOST_WRITERS).contains(writers);
                    let what = format!("a number from 1 to {MOST_WRITERS}");
                    options.concurrency = number(name, value(), allowed, &what)?;
                }
                "--crash-every" => {
                    let lines = number(name, value(), |_| true, "a number from 1 on")?;
                    options.crash_every = Some(lines);
                }
                "--seed" => options.seed = number(name, value(), |_| true, "a number")?,
                "--top" => options.top = number(name, value(), |_| true, "a number")?,
                unknown => return Err(OptionsError(format!("unknown option `{unknown}`"))),
            }
        }
        options.input = match path {
            None => Input::Sample,
            Some(path) if path == "-" => Input::Stdin,
            Some(path) => Input::File(path.into()),
        };
        Ok(Self::Replay(options))
    }
}

fn number<T: FromStr>(
    name: &str,
    value: Option<OsString>,
    allowed: impl Fn(&T) -> bool,
    expected: &str,
) -> Result<T, OptionsError> {
    let Some(value) = value else {
        return Err(OptionsError(format!("`{name}` needs {expected}")));
    };
    let number = value
        .to_str()
        .and_then(|text| text.parse().ok())
        .filter(allowed);
    number.ok_or_else(|| {
        OptionsError(format!(
            "`{name}` needs {expected}, not `{}`",
            value.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        let arguments = line.split_whitespace().map(OsString::from);
        Command::parse(arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_the_sample() {
        assert_eq!(parse(""), Ok(Command::Replay(Options::default())));
    }

    #[test]
    fn options_come_in_any_order_and_both_spellings() {
        let expected = Command::Replay(Options {
            input: Input::File("a.log".into()),
            concurrency: 8,
            crash_every: NonZeroU64::new(50),
            seed: 7,
            top: 3,
            format: Format::Json,
        });
        let spelled = "--concurrency 8 a.log --crash-every=50 --json --seed 7 --top=3";
        assert_eq!(parse(spelled), Ok(expected));
        let stdin = Options {
            input: Input::Stdin,
            ..Options::default()
        };
        assert_eq!(parse("-"), Ok(Command::Replay(stdin)));
        assert_eq!(
            parse("a b c --help"),
            Err("there is more than one path; see --help".into())
        );
        assert_eq!(parse("--json -h"), Ok(Command::Help));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (line, told) in [
            (
                "--concurrency",
                "`--concurrency` needs a number from 1 to 1024",
            ),
            (
                "--concurrency 0",
                "`--concurrency` needs a number from 1 to 1024, not `0`",
            ),
            (
                "--concurrency=x",
                "`--concurrency` needs a number from 1 to 1024, not `x`",
            ),
            (
                "--crash-every 0",
                "`--crash-every` needs a number from 1 on, not `0`",
            ),
            (
                "--crash-every -5",
                "`--crash-every` needs a number from 1 on, not `-5`",
            ),
            ("--jsn", "unknown option `--jsn`"),
            ("--json=no", "`--json` takes no value"),
        ] {
            assert_eq!(parse(line), Err(format!("{told}; see --help")));
        }
    }
}
