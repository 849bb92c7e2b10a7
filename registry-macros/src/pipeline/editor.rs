//! What an editor makes use of: where a name leads to, what it shows of it, and an expansion while the user
//! types.

use std::str::FromStr;

use proc_macro2::{Ident, LineColumn};

use super::*;

const IMPL: &str = "\
impl Counter {
    /// What it has counted.
    #[call]
    pub fn value(&self, since: u64) -> u64 {
        self.value
    }
    #[cast]
    fn bump(&mut self, by: u64) {}
}
";

fn tokens(text: &str) -> TokenStream {
    TokenStream::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// All tokens, groups opened.
fn flat(tokens: TokenStream) -> Vec<proc_macro2::TokenTree> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Group(group) => flat(group.stream()),
            token => vec![token],
        })
        .collect()
}

/// The names after `fn`, with their places.
fn functions(expansion: TokenStream) -> Vec<(String, LineColumn)> {
    let tokens = flat(expansion);
    let named = tokens.windows(2).filter_map(|pair| match pair {
        [
            proc_macro2::TokenTree::Ident(word),
            proc_macro2::TokenTree::Ident(name),
        ] if word == "fn" => Some((name.to_string(), Ident::span(name).start())),
        _ => None,
    });
    named.collect()
}

#[test]
fn a_clients_method_leads_to_its_handler_and_shows_its_docs() {
    let expansion = gen_server(TokenStream::new(), tokens(IMPL));
    for (handler, line, column) in [("value", 4, 11), ("bump", 8, 7)] {
        let places: Vec<_> = functions(expansion.clone())
            .into_iter()
            .filter(|(name, _)| name == handler)
            .map(|(_, place)| (place.line, place.column))
            .collect();
        assert_eq!(
            places,
            [(line, column); 2],
            "the handler, and the client's method"
        );
    }
    let docs = expansion.to_string().matches("What it has counted").count();
    assert_eq!(docs, 2, "the handler's docs are the method's");
}

#[test]
fn an_argument_of_the_client_leads_to_the_handlers() {
    let expansion = gen_server(TokenStream::new(), tokens(IMPL));
    let since: Vec<_> = flat(expansion)
        .into_iter()
        .filter(|token| token.to_string() == "since")
        .map(|token| (token.span().start().line, token.span().start().column))
        .collect();
    assert!(since.len() >= 3, "{since:?}");
    assert!(since.iter().all(|place| *place == (4, 24)), "{since:?}");
}

/// The names that stand where a name of the user's stands, and are others.
fn led_astray(input: &str, expansion: TokenStream) -> Vec<(String, String)> {
    let place = |name: &Ident| (name.span().start().line, name.span().start().column);
    let names = |tokens: TokenStream| {
        let names = flat(tokens).into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Ident(name) => Some(name),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    let written: std::collections::HashMap<_, _> = names(tokens(input))
        .iter()
        .map(|name| (place(name), name.to_string()))
        .collect();
    let mut astray: Vec<_> = names(expansion)
        .iter()
        .filter_map(|name| {
            let user = written.get(&place(name))?;
            let leads_nowhere = ["type", "impl", "let"].iter().any(|word| name == word);
            (name != user && !leads_nowhere).then(|| (user.clone(), name.to_string()))
        })
        .collect();
    astray.sort();
    astray.dedup();
    astray
}

#[test]
fn a_name_leads_to_what_it_names_and_to_nothing_else() {
    // In front, so that no name of the user's begins where generated ones are.
    let named = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(user, name)| ((*user).to_owned(), (*name).to_owned()))
            .collect()
    };
    let tree = ";pub App(n: usize), requires = [Others]; registry!<pub Names, keys = unique, key = String, \
        message = Event>; dynamic_supervisor!<pub Pool, holds = [Cart]>; Worker(n), restart = transient; \
        supervisor!<pub Inner> { Lobby(); } partition_supervisor!<pub Parts> { |at| Shard(at) } \
        task_supervisor!<pub Jobs>; registry!<Others>";
    let parse = |text: &str| -> TokenStream { tokens(text).into_iter().skip(1).collect() };
    // `child_spec` is what a child that has none is told of by.
    assert_eq!(
        led_astray(tree, supervision_tree(parse(tree))),
        named(&[
            ("Lobby", "child_spec"),
            ("Others", "child_spec"),
            ("Shard", "child_spec"),
            ("Worker", "child_spec")
        ])
    );
    let server = ";pub struct Counter { name: Rc<str>, #[default] seen: Seen }";
    let options = tokens("registry = Names, key = \"c:<name>\"");
    // Its functions lead to the struct.
    assert_eq!(
        led_astray(server, gen_server(options, parse(server))),
        named(&[
            ("Counter", "child_spec"),
            ("Counter", "start"),
            ("Counter", "start_link"),
            ("Counter", "via")
        ])
    );
    let handlers = ";impl Counter { #[call] async fn value(&self, since: Since) -> Value { } \
        #[cast] fn bump(&mut self, by: By) {} #[info] fn on(&mut self, down: Down) {} \
        async fn init(&mut self) -> Result<(), ExitReason> { } }";
    assert_eq!(
        led_astray(handlers, gen_server_alone(parse(handlers))),
        named(&[("Counter", "CounterClient")])
    );
}

/// Input as it is while someone types, and what is to be there all the same.
const HALF_TYPED: [(Macro, &str, &[&str]); 9] = [
    (
        gen_server_alone,
        "impl Counter { #[call] fn value(&self) -> u64 { self. } #[cast] fn bump(&mut self) {} }",
        &[
            "CounterClient",
            "pub enum __Msg",
            "fn bump (& self)",
            "self .",
        ],
    ),
    (
        gen_server_alone,
        "impl Counter { #[cast] fn bump(&mut self) {} #[call] fn val }",
        &["CounterClient", "fn bump (& self)", "fn val"],
    ),
    (
        gen_server_alone,
        "impl Counter { #[call] fn value(&self, by: ) {} #[cast] fn bump(&mut self) {} }",
        &["CounterClient", "fn bump (& self)"],
    ),
    (
        gen_server_alone,
        "pub struct Counter { name: String, val }",
        &["fn start_link (name : String)", "val"],
    ),
    (
        gen_server_alone,
        "pub struct Counter { name: , #[default] map: HashMap<u8, u8> }",
        &[
            "fn start_link ()",
            "map : :: registry_runtime",
            "HashMap < u8 , u8 >",
        ],
    ),
    (
        |input| supervision_tree(input),
        "pub App; registry!<pub Names, keys = unique, key = String>; Worker(; ) Wor",
        &["enum App", "enum Names"],
    ),
    (
        |input| supervision_tree(input),
        "pub App; Wor Worker(3); work::ers Lobby()",
        &[
            "cfg (rust_analyzer)",
            "PhantomData < Wor >",
            "child_spec (3)",
            "PhantomData < work :: ers >",
            "child_spec ()",
        ],
    ),
    (
        |input| supervision_tree(input),
        "pub App, strategy = ; Worker(), restart = ",
        &["enum App", "Worker"],
    ),
    (
        |input| registry(input),
        "pub Names, keys = unique, key = ",
        &["enum Names"],
    ),
];

type Macro = fn(TokenStream) -> TokenStream;

fn gen_server_alone(item: TokenStream) -> TokenStream {
    gen_server(TokenStream::new(), item)
}

#[test]
fn half_typed_input_still_expands() {
    for (run, input, expected) in HALF_TYPED {
        let expansion = run(tokens(input)).to_string();
        assert!(
            expansion.contains("compile_error"),
            "{input} is no mistake: {expansion}"
        );
        let spaced = |text: &str| tokens(text).to_string();
        for part in expected {
            assert!(
                expansion.contains(part) || expansion.contains(&spaced(part)),
                "{input} does not give `{part}`: {expansion}"
            );
        }
    }
}
