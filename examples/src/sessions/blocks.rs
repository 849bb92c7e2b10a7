//! The log as blocks of whole lines, in bounded memory whatever the log is.

use std::io::{self, ErrorKind, Read};

use super::entry::LINE_LIMIT;

/// How much is read at a time.
const READ: usize = 64 * 1024;

/// Some lines that follow one another: at most what was read at a time, and one line.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The number of the first line; lines count from 1.
    pub first_line: u64,
    /// The lines with their line breaks, which the last one of the log may lack. Of a line that is
    /// too long, [`LINE_LIMIT`] bytes and one more.
    pub text: Vec<u8>,
}

/// One line of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number in the log.
    pub number: u64,
    /// Where it begins in the block.
    pub start: usize,
    /// The line without its line break.
    pub text: &'a [u8],
}

impl Block {
    /// Goes through the lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        let lines = self.text.split_inclusive(|byte| *byte == b'\n');
        lines.zip(self.first_line..).map(move |(line, number)| {
            let at = start;
            start += line.len();
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            Line {
                number,
                start: at,
                text,
            }
        })
    }
}

/// Reads blocks.
#[derive(Debug)]
pub struct Blocks<R> {
    input: R,
    buffer: Box<[u8]>,
    /// The lines that are to be handed out.
    text: Vec<u8>,
    /// Where the line that is not complete yet begins.
    incomplete: usize,
    /// The number of the first line in `text`.
    next_line: u64,
    complete_lines: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads from the beginning of `input`.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; READ].into_boxed_slice(),
            text: Vec::new(),
            incomplete: 0,
            next_line: 1,
            complete_lines: 0,
            ended: false,
        }
    }

    /// The next block, and how many bytes were read for it; `None` at the end.
    ///
    /// A block is handed out as soon as a line is complete: what is piped in slowly is not held up.
    ///
    /// # Errors
    ///
    /// Those of reading.
    pub fn next_block(&mut self) -> io::Result<Option<(Block, u64)>> {
        let mut bytes = 0;
        while !self.ended {
            let read = match self.input.read(&mut self.buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            bytes += read as u64;
            self.take_in(read);
            if read == 0 {
                self.ended = true;
                self.incomplete = self.text.len();
            }
            if self.incomplete > 0 {
                return Ok(Some((self.hand_out(), bytes)));
            }
        }
        Ok(None)
    }

    fn take_in(&mut self, read: usize) {
        let filled = self.buffer.get(..read).unwrap_or(&self.buffer);
        for piece in filled.split_inclusive(|byte| *byte == b'\n') {
            let (piece, ends) = match piece.strip_suffix(b"\n") {
                Some(piece) => (piece, true),
                None => (piece, false),
            };
            let room = LINE_LIMIT + 1 - (self.text.len() - self.incomplete).min(LINE_LIMIT + 1);
            self.text.extend_from_slice(&piece[..piece.len().min(room)]);
            if ends {
                self.text.push(b'\n');
                self.incomplete = self.text.len();
                self.complete_lines += 1;
            }
        }
    }

    fn hand_out(&mut self) -> Block {
        let rest = self.text.split_off(self.incomplete);
        let block = Block {
            first_line: self.next_line,
            text: std::mem::replace(&mut self.text, rest),
        };
        self.incomplete = 0;
        self.next_line += std::mem::take(&mut self.complete_lines);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(size);
            buffer[..size].copy_from_slice(now);
            self.0 = later;
            Ok(size)
        }
    }

    fn lines(text: &[u8], at_a_time: usize) -> Vec<(u64, Vec<u8>)> {
        let mut blocks = Blocks::new(Dripping(text, at_a_time));
        let mut lines = Vec::new();
        while let Some((block, _)) = blocks.next_block().unwrap() {
            for line in block.lines() {
                assert!(block.text[line.start..].starts_with(line.text));
                lines.push((line.number, line.text.to_vec()));
            }
        }
        lines
    }

    #[test]
    fn lines_are_the_same_however_they_come_in() {
        let text = b"one\r\ntwo\n\nfour \xff\x00\nlast";
        let expected: [(u64, &[u8]); 5] = [
            (1, b"one"),
            (2, b"two"),
            (3, b""),
            (4, b"four \xff\x00"),
            (5, b"last"),
        ];
        for at_a_time in [1, 2, 3, 7, 100] {
            let expected = expected.map(|(number, text)| (number, text.to_vec()));
            assert_eq!(lines(text, at_a_time), expected);
        }
    }

    #[test]
    fn there_is_no_line_in_nothing_and_none_after_the_last_break() {
        assert_eq!(lines(b"", 1), []);
        assert_eq!(lines(b"\n", 1), [(1, Vec::new())]);
        assert_eq!(lines(b"one\n", 1), [(1, b"one".to_vec())]);
    }

    #[test]
    fn of_a_line_that_is_too_long_only_the_beginning_is_held() {
        let mut text = b"one\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 1_000_000));
        text.extend(b"\nthree\n");
        for at_a_time in [4096, READ] {
            let lines = lines(&text, at_a_time);
            assert_eq!(
                lines.iter().map(|line| line.0).collect::<Vec<_>>(),
                [1, 2, 3]
            );
            assert_eq!(lines[1].1.len(), LINE_LIMIT + 1);
            assert_eq!(lines[2].1, b"three");
        }
        let endless = vec![b'x'; 1_000_000];
        let mut blocks = Blocks::new(&endless[..]);
        let (block, bytes) = blocks.next_block().unwrap().unwrap();
        assert_eq!((block.text.len(), bytes), (LINE_LIMIT + 1, 1_000_000));
        assert!(blocks.next_block().unwrap().is_none());
    }

    #[test]
    fn an_error_of_reading_is_handed_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert_eq!(
            Blocks::new(Broken).next_block().unwrap_err().to_string(),
            "broken"
        );
    }
}
