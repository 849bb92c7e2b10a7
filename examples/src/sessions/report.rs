//! The summary as text, and as JSON.

use std::fmt::{self, Display};

use super::digits::grouped;
use super::json::Json;
use super::summary::{Client, Summary};

/// So many bursts are listed in the table.
const BURSTS: usize = 5;

impl Summary {
    /// One JSON object.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let (all, written, heard) = (self.all(), &self.written, &self.heard);
        Json::Object(vec![
            ("source", self.source.as_str().into()),
            ("writers", count(self.writers)),
            ("interrupted", self.interrupted.into()),
            ("lines", written.lines.into()),
            ("malformed", written.malformed.into()),
            (
                "malformed_lines",
                written.named.iter().map(|(line, _)| *line).collect(),
            ),
            ("cut_off", written.cut_off.into()),
            ("visitors", count(self.clients.len())),
            ("requests", written.replayed.into()),
            ("errors", written.errors.into()),
            ("restarts", self.restarts.into()),
            ("counted_by_living", all.living.into()),
            ("handed_over", all.handed_over.into()),
            ("lost", all.lost().into()),
            ("lost_with_state", all.lost_with_state.into()),
            ("lost_in_mailbox", all.lost_in_mailbox.into()),
            ("adds_up", self.adds_up().into()),
            ("registry_count", count(self.registry_count)),
            (
                "registry_count_after_shutdown",
                count(self.registry_count_after),
            ),
            ("elapsed_seconds", self.elapsed.as_secs_f64().into()),
            ("lines_per_second", self.lines_per_second().into()),
            (
                "busiest",
                self.clients.iter().take(self.top).map(client).collect(),
            ),
            (
                "heard",
                Json::Object(vec![
                    ("first_visits", heard.first_visits.into()),
                    ("returns", heard.returns.into()),
                    ("client_errors", heard.client_errors.into()),
                    ("server_errors", heard.server_errors.into()),
                    ("bursts", count(self.bursts.len())),
                ]),
            ),
        ])
    }
}

fn count(of: usize) -> Json {
    Json::Count(of as u64)
}

fn client(client: &Client) -> Json {
    Json::Object(vec![
        ("client", Json::from(&*client.name)),
        ("requests", client.requests().into()),
        ("counted_by_living", client.living.into()),
        ("handed_over", client.handed_over.into()),
        ("lost", client.lost().into()),
    ])
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.arithmetic(f)?;
        self.busiest(f)?;
        self.events(f)?;
        writeln!(f, "\nthe tree before the shutdown\n{}", self.tree)?;
        let after = self.registry_count_after;
        writeln!(
            f,
            "\n{} names were registered then, {after} are after it",
            grouped(self.registry_count as u64)
        )
    }
}

impl Summary {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stopped = if self.interrupted {
            ", as far as it was when it was stopped"
        } else {
            ""
        };
        writeln!(f, "{}{stopped}\n", self.source)?;
        let written = &self.written;
        row(f, "lines", written.lines)?;
        row(f, "malformed", written.malformed)?;
        for (line, why) in &written.named {
            writeln!(f, "    line {}: {why}", grouped(*line))?;
        }
        let more = written.malformed - written.named.len() as u64;
        if more > 0 {
            writeln!(f, "    and {} more", grouped(more))?;
        }
        if written.cut_off > 0 {
            row(f, "cut off at end", written.cut_off)?;
        }
        row(f, "visitors", self.clients.len() as u64)?;
        row(f, "requests", written.replayed)?;
        row(f, "errors", written.errors)?;
        row(f, "restarts", self.restarts)?;
        row(f, "lost", self.all().lost())?;
        row(f, "registry count", self.registry_count as u64)?;
        row(f, "writers", self.writers as u64)?;
        writeln!(
            f,
            "{:<16}{:>14}",
            "elapsed",
            format!("{:.2?}", self.elapsed)
        )?;
        writeln!(
            f,
            "{:<16}{:>14}",
            "lines a second",
            grouped(self.lines_per_second())
        )
    }

    /// Where every request ended up.
    fn arithmetic(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.all();
        let held = if self.adds_up() {
            "every line is accounted for"
        } else {
            "LINES ARE MISSING"
        };
        writeln!(f, "\n{held}")?;
        term(f, ' ', self.written.replayed, "requests replayed")?;
        term(f, '=', all.living, "counted by living servers")?;
        term(
            f,
            '+',
            all.handed_over,
            "handed over by servers that terminated",
        )?;
        term(
            f,
            '+',
            all.lost_with_state,
            "lost: counted by servers that were killed",
        )?;
        term(
            f,
            '+',
            all.lost_in_mailbox,
            "lost: in the mailboxes of servers that ended",
        )
    }

    fn busiest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clients.is_empty() || self.top == 0 {
            return Ok(());
        }
        let title = "the busiest clients";
        writeln!(
            f,
            "\n{title:<40}{:>9}{:>9}{:>13}{:>9}",
            "requests", "living", "handed over", "lost"
        )?;
        for client in self.clients.iter().take(self.top) {
            writeln!(
                f,
                "  {:<38}{:>9}{:>9}{:>13}{:>9}",
                client.name,
                grouped(client.requests()),
                grouped(client.living),
                grouped(client.handed_over),
                grouped(client.lost()),
            )?;
        }
        Ok(())
    }

    fn events(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heard = &self.heard;
        writeln!(f, "\nwhat the subscribers heard of")?;
        term(f, ' ', heard.first_visits, "first visits")?;
        term(f, ' ', heard.returns, "returns after a crash")?;
        term(f, ' ', heard.client_errors, "answers of 4xx")?;
        term(f, ' ', heard.server_errors, "answers of 5xx")?;
        term(
            f,
            ' ',
            self.bursts.len() as u64,
            "clients with a burst of errors",
        )?;
        for burst in self.bursts.iter().take(BURSTS) {
            writeln!(
                f,
                "    {}: {} within a minute",
                burst.client,
                grouped(burst.errors)
            )?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, value: u64) -> fmt::Result {
    writeln!(f, "{name:<16}{:>14}", grouped(value))
}

fn term(f: &mut fmt::Formatter<'_>, sign: char, value: u64, what: &str) -> fmt::Result {
    writeln!(f, "{sign} {:>14}  {what}", grouped(value))
}
