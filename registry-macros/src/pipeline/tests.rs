//! What the macros write is syntax, whatever they are given; and they never panic.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::*;

/// A macro with an attribute's options, or without.
type Macro = fn(TokenStream, TokenStream) -> TokenStream;

const GEN_SERVER: Macro = gen_server;
const REGISTRY: Macro = |_, input| registry(input);
const TREE: Macro = |_, input| supervision_tree(input);
const TEST: Macro = test;
const MATCH_SPEC: Macro = |_, input| {
    let closure = match_spec(input);
    quote!(const _: () = { #closure; };)
};

/// Input that uses all of the grammar.
fn samples() -> Vec<(Macro, TokenStream, TokenStream)> {
    vec![
        (
            GEN_SERVER,
            quote!(
                registry = a::R,
                key = "session:<id>{<<x>>}:<n>",
                value = Role::new(id, 5),
                call_timeout = 50ms,
                mailbox = 1_000,
                crate = x::y
            ),
            quote! {
                /// Docs.
                pub(crate) struct S<T: Clone, const N: usize> where Vec<T>: Send {
                    id: String, n: [T; N], #[default] hits: u64, #[cfg(x)] #[default(a + b)] since: Instant,
                }
            },
        ),
        (
            GEN_SERVER,
            quote!(registry = R, key = (<a>, <b>), init(a: String, b: &'static str, c: Vec<u8>)),
            quote!(
                struct S;
            ),
        ),
        (
            GEN_SERVER,
            quote!(client = Handle),
            quote! {
                impl<T: Clone, const N: usize> S<T, N> where Vec<T>: Send {
                    /// Docs.
                    #[call] #[cfg(x)] pub fn get(&self, x: Option<Self>, (a, b): (u8, u8), mut c: T, _: u8) -> Self::Item { x }
                    #[call] async fn fetch(&mut self, ctx: &mut Ctx<Self>, url: Url) -> Result<Page, Error> { self.x }
                    #[call] fn later(&mut self, reply: ReplyTo<u64>, r#match: u8) {}
                    #[cast] #[deprecated] fn bump(&mut self) {}
                    #[info] #[cfg_attr(x, cfg(y))] async fn on(&mut self, event: Event) {}
                    async fn init(&mut self, ctx: &Ctx<Self>) -> Result<(), ExitReason> { Ok(()) }
                    #[cfg(z)] fn terminate(&mut self, reason: &ExitReason) {}
                    fn other(&self) -> u8 { 5 }
                    const X: u8 = 5;
                }
            },
        ),
        (
            GEN_SERVER,
            quote!(),
            quote! {
                impl a::S {
                    async fn init(id: u64, ctx: &mut Ctx<Self>, x: String) -> Result<Self, ExitReason> { Ok(Self) }
                }
            },
        ),
        (
            REGISTRY,
            quote!(),
            quote! {
                /// Docs.
                #[cfg(x)] pub Sessions, keys = duplicate(by_key), key = HashMap<u8, Vec<<T as X>::Y>>, value = (u8, fn() -> u8),
                message = Event, partitions = 1 << 4, listeners = [Watcher("x"), b::W(1, 2)], meta = [("a", 5), ("b", x())]
            },
        ),
        (
            TREE,
            quote!(),
            quote! {
                /// Docs.
                pub App(n: usize, names: Vec<String>), strategy = rest_for_one, max_restarts = 1_000, within = 1.5s, auto_shutdown = any, requires = [a::B, C];
                registry!<pub Sessions, keys = unique, key = Vec<u8>, value = Role>;
                #[cfg(x)] registry!<other::Sessions>, shutdown = brutal_kill;
                dynamic_supervisor!<pub Sup, max_children = 100_000, holds = [S, Cache<u8>]>;
                task_supervisor!<Tasks, within = 5s>;
                partition_supervisor!<pub Pool, partitions = 4> { |n| Worker(n), restart = transient }
                partition_supervisor!<Sups> { dynamic_supervisor!<max_children = 4> }
                Lobby("main".to_owned()), id = "x", significant = true, restart = temporary, backoff = 1s..5s, start_timeout = 1m;
                Cache::<Vec<(u8, u8)>>(5);
                supervisor!<pub Workers(n: u8), strategy = one_for_all>(n) { Indexer(), shutdown = infinity; };
                for (i, name) in names.iter().enumerate() { Named(name), id = format!("{i}"); }
                if n > 3 { A(); } else if let Some(x) = y { B(x); } else { C() }
            },
        ),
        (
            TEST,
            quote!(start_paused = true),
            quote!(
                #[ignore]
                async fn works() -> Result<(), Error> {
                    Ok(())
                }
            ),
        ),
        (
            MATCH_SPEC,
            quote!(),
            quote!((key, pid, Role::Admin { level }) if *level > 3 => (key.clone(), pid), (_, p, 5 | 6) => { f(p) } _ => g()),
        ),
    ]
}

#[test]
fn good_input_gives_items_and_no_errors() {
    for (run, options, input) in samples() {
        let output = run(options, input).to_string();
        assert!(!output.contains("compile_error"), "{output}");
        if let Err(error) = syn::parse_str::<syn::File>(&output) {
            panic!("{error}: {output}");
        }
    }
}

#[test]
fn mutated_input_gives_syntax_and_no_panics() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..400 {
        for (run, options, input) in samples() {
            let (mut options, mut input) = (options, input);
            for _ in 0..=random.below(2) {
                if random.below(3) == 0 {
                    options = mutated(options, &mut random);
                } else {
                    input = mutated(input, &mut random);
                }
            }
            let parses = syn::parse2::<syn::File>(input.clone()).is_ok();
            let output = run(options, input);
            // An item that is no syntax is handed back as it is.
            if parses && let Err(error) = syn::parse2::<syn::File>(output.clone()) {
                panic!("{error}: {output}");
            }
        }
    }
}

/// Pseudo-random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }
}

/// The tokens with one of them left out, doubled, swapped with its neighbour, or replaced; perhaps within
/// a group.
fn mutated(tokens: TokenStream, random: &mut Random) -> TokenStream {
    let mut list: Vec<TokenTree> = tokens.into_iter().collect();
    if list.is_empty() {
        return foreign(random);
    }
    let at = random.below(list.len());
    let token = list[at].clone();
    if let TokenTree::Group(group) = &token
        && random.below(4) > 0
    {
        list[at] = Group::new(group.delimiter(), mutated(group.stream(), random)).into();
        return list.into_iter().collect();
    }
    match random.below(5) {
        0 => drop(list.remove(at)),
        1 => list.insert(at, token),
        2 => {
            let other = random.below(list.len());
            list.swap(at, other);
        }
        3 => {
            list.splice(at..=at, foreign(random));
        }
        _ => {
            list.splice(at..at, foreign(random));
        }
    }
    list.into_iter().collect()
}

/// Tokens that are out of place nearly everywhere.
fn foreign(random: &mut Random) -> TokenStream {
    match random.below(16) {
        0 => quote!(,),
        1 => quote!(;),
        2 => quote!(<),
        3 => quote!(>),
        4 => quote!(=),
        5 => quote!(5),
        6 => quote!("x<y>z<"),
        7 => quote!(&'a str),
        8 => quote!(impl Trait),
        9 => quote!(self),
        10 => quote!(#[call]),
        11 => quote!(unsafe),
        12 => quote!(for),
        13 => quote!(::),
        14 => Group::new(Delimiter::Brace, quote!(x)).into_token_stream(),
        _ => quote!(r#type),
    }
}

use quote::ToTokens as _;
