//! Where the log comes from.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};

use super::options::Input;

/// The log that comes with the program.
pub const SAMPLE: &[u8] = include_bytes!("../../data/sample.log");

/// A log that is ready to be read.
pub struct Source {
    /// What to call it.
    pub name: String,
    /// How many bytes it has, if that is known.
    pub size: Option<u64>,
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
}

/// A log could not be read; displays as one line.
#[derive(Debug)]
pub struct SourceError {
    name: String,
    error: io::Error,
}

impl Source {
    /// Opens a log.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when there is no such file, it is a directory, or it may not be read.
    pub fn open(input: &Input) -> Result<Self, SourceError> {
        match input {
            Input::Sample => Ok(Self::of_bytes("the sample log", SAMPLE)),
            Input::Stdin => Ok(Self {
                name: "standard input".to_owned(),
                size: None,
                reader: Box::new(io::stdin()),
            }),
            Input::File(path) => {
                let name = path.display().to_string();
                let opened = File::open(path).and_then(|file| {
                    let metadata = file.metadata()?;
                    if metadata.is_dir() {
                        return Err(io::ErrorKind::IsADirectory.into());
                    }
                    Ok((metadata.is_file().then_some(metadata.len()), file))
                });
                match opened {
                    Ok((size, file)) => Ok(Self {
                        name,
                        size,
                        reader: Box::new(file),
                    }),
                    Err(error) => Err(SourceError { name, error }),
                }
            }
        }
    }

    /// A log in memory.
    #[must_use]
    pub fn of_bytes(name: &str, log: &'static [u8]) -> Self {
        Self {
            name: name.to_owned(),
            size: Some(log.len() as u64),
            reader: Box::new(log),
        }
    }
}

impl SourceError {
    /// An error that came up while a log was read.
    #[must_use]
    pub fn new(name: &str, error: io::Error) -> Self {
        Self {
            name: name.to_owned(),
            error,
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.name, self.error)
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
