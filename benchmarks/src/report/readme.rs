use std::time::Duration;
use crate::{case::Case, cli::Options, machine::Machine, results::Results};
pub(super) fn text(_: &Options, _: &[Case], _: &Machine, _: &Results, _: Duration) -> String { String::new() }
