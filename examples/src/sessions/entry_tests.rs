use super::{Entry, LINE_LIMIT, Malformed};

const LINE: &str =
    r#"192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8""#;

fn parse(line: &str) -> Result<Entry<'_>, Malformed> {
    Entry::parse(line.as_bytes())
}

fn with(what: &str, instead: &str) -> String {
    assert!(LINE.contains(what));
    LINE.replacen(what, instead, 1)
}

#[test]
fn a_line_is_taken_apart() {
    let entry = parse(LINE).unwrap();
    assert_eq!(entry.client, "192.0.2.7");
    assert_eq!(entry.time, 1_431_857_103); // date -u -d '2015-05-17 10:05:03' +%s
    assert_eq!(entry.request, b"GET /a HTTP/1.1");
    assert_eq!((entry.status, entry.bytes), (200, 512));
    assert_eq!((entry.referer, entry.agent), (&b"-"[..], &b"curl/8"[..]));
    assert!(!entry.is_error() && !entry.cut_off);
}

#[test]
fn a_quote_after_a_backslash_does_not_end_a_field() {
    let line = with("curl/8", r#"a \"quoted\" agent, and a backslash \\"#);
    assert_eq!(
        parse(&line).unwrap().agent,
        br#"a \"quoted\" agent, and a backslash \\"#
    );
    let line = with("GET /a HTTP/1.1", r#"GET /\"] \" HTTP/1.1"#);
    assert_eq!(parse(&line).unwrap().request, br#"GET /\"] \" HTTP/1.1"#);
}

#[test]
fn a_dash_is_no_bytes_and_a_request_may_be_one() {
    let line = with(r#""GET /a HTTP/1.1" 200 512"#, r#""-" 408 -"#);
    let entry = parse(&line).unwrap();
    assert_eq!(
        (entry.request, entry.status, entry.bytes),
        (&b"-"[..], 408, 0)
    );
    assert!(entry.is_error());
}

#[test]
fn clients_are_addresses_of_both_kinds_and_names_of_hosts() {
    for client in [
        "2001:db8::7",
        "::ffff:192.0.2.7",
        "fe80::1%eth0",
        "host-1.example.com",
    ] {
        assert_eq!(parse(&with("192.0.2.7", client)).unwrap().client, client);
    }
    for client in ["", "a/b", "\u{e4}", "a\u{0}"] {
        assert_eq!(parse(&with("192.0.2.7", client)), Err(Malformed::Client));
    }
}

#[test]
fn a_user_may_have_spaces() {
    assert!(parse(&with("- -", "- Jo Doe")).is_ok());
    assert_eq!(parse(&with("- -", "-")), Err(Malformed::User));
}

#[test]
fn times_count_from_1970_whatever_their_zone() {
    let time =
        |text: &str| parse(&with("17/May/2015:10:05:03 +0000", text)).map(|entry| entry.time);
    assert_eq!(time("01/Jan/1970:00:00:00 +0000"), Ok(0));
    assert_eq!(time("01/Jan/1970:01:30:00 +0130"), Ok(0));
    assert_eq!(time("31/Dec/1969:19:00:00 -0500"), Ok(0));
    assert_eq!(time("29/Feb/2024:12:00:00 +0000"), Ok(1_709_208_000));
    assert_eq!(time("01/Mar/2000:00:00:00 +0000"), Ok(951_868_800));
    for wrong in [
        "17/Mai/2015:10:05:03 +0000",
        "17/May/2015:24:05:03 +0000",
        "now",
        "",
    ] {
        assert_eq!(time(wrong), Err(Malformed::Time), "{wrong}");
    }
}

#[test]
fn what_is_wrong_is_told_by_the_field() {
    assert_eq!(parse(""), Err(Malformed::Empty));
    assert_eq!(parse("hello"), Err(Malformed::Client));
    assert_eq!(parse("hello, world"), Err(Malformed::Client));
    assert_eq!(parse(&with("\"GET", "GET")), Err(Malformed::Request));
    for status in ["20", "099", "600", "2000", "ok", "-1", ""] {
        assert_eq!(
            parse(&with("200", status)),
            Err(Malformed::Status),
            "{status}"
        );
    }
    for size in ["", "--", "12k", "99999999999999999999"] {
        assert_eq!(parse(&with("512", size)), Err(Malformed::Size), "{size}");
    }
    assert_eq!(parse(&with("\"-\"", "-")), Err(Malformed::Referer));
    assert_eq!(parse(&with(" \"curl/8\"", "")), Err(Malformed::Agent));
    assert_eq!(
        parse(&with("curl/8\"", "curl/8\" 17")),
        Err(Malformed::Trailing)
    );
}

#[test]
fn a_line_may_be_cut_off_in_its_agent_and_nowhere_else() {
    let agent = LINE.find("curl").unwrap();
    for length in 0..agent {
        assert!(parse(&LINE[..length]).is_err(), "{}", &LINE[..length]);
    }
    for length in agent..LINE.len() {
        let entry = parse(&LINE[..length]).unwrap();
        assert!(entry.cut_off && LINE.as_bytes()[agent..].starts_with(entry.agent));
    }
    assert!(parse(&with("curl/8", r"curl/8\")).unwrap().cut_off);
}

#[test]
fn a_line_may_be_long_but_not_too_long() {
    let longer = LINE_LIMIT - LINE.len();
    let at_the_limit = with("curl/8", &format!("curl/8{}", "x".repeat(longer)));
    assert!(parse(&at_the_limit).is_ok());
    let beyond = with("curl/8", &format!("curl/8{}", "x".repeat(longer + 1)));
    assert_eq!(parse(&beyond), Err(Malformed::TooLong));
}

#[test]
fn bytes_that_are_no_text_are_no_matter_inside_of_quotes() {
    let mut line = LINE.as_bytes().to_vec();
    let at = LINE.find("curl").unwrap();
    line[at] = 0xff;
    line[at + 1] = 0;
    assert!(Entry::parse(&line).is_ok());
    line[0] = 0xff;
    assert_eq!(Entry::parse(&line), Err(Malformed::Client));
}
