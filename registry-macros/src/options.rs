//! The one parser of `name = value` lists: attributes, headers of trees, children, `registry!`.
//!
//! A value is first taken as tokens, up to the comma that ends it, and read when someone asks for it:
//! so one bad value does not hide the other options, nor their errors.
//!
//! Where a value ends has one difficulty, angle brackets: `key = HashMap<u8, u8>` holds a comma, and in
//! `registry!<pub R, key = Vec<u8>>` the last `>` is not the value's. A `<` opens a bracket where a type
//! or a path may have one; after a number or a parenthesis it is a comparison, and `<<` is a shift. A
//! comparison of names wants parentheses.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};

use crate::diagnostics::{Errors, suggest, text};

/// What ends a list of options.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The end of the input.
    Input,
    /// A semicolon, or the end of the input.
    Semicolon,
    /// The `>` that closes the list.
    Angle,
}

impl End {
    fn reached(self, input: ParseStream) -> bool {
        match self {
            End::Input => input.is_empty(),
            End::Semicolon => input.is_empty() || input.peek(Token![;]),
            End::Angle => input.is_empty() || input.peek(Token![;]) || input.peek(Token![>]),
        }
    }
}

/// A list as written.
#[derive(Default)]
pub(crate) struct Options {
    list: Vec<Opt>,
    /// What could not be read.
    pub(crate) malformed: Vec<syn::Error>,
}

/// One option as written.
pub(crate) struct Opt {
    /// Its name.
    pub(crate) name: Ident,
    /// What it is set to.
    pub(crate) value: Value,
}

/// The value of an option as written.
pub(crate) enum Value {
    /// `name` alone, or `name =` and nothing.
    Missing,
    /// `name(…)`.
    List(Group),
    /// `name = …`.
    Tokens(TokenStream),
}

impl Options {
    /// Parses up to, and without, what ends the list. What cannot be read is kept as an error and
    /// skipped.
    pub(crate) fn parse(input: ParseStream, end: End) -> Self {
        let mut options = Self::default();
        while !end.reached(input) {
            if input.peek(Token![,]) {
                let _: syn::Result<Token![,]> = input.parse();
                continue;
            }
            match parse_option(input, end) {
                Ok(option) => options.list.push(option),
                Err(error) => {
                    options.malformed.push(error);
                    value(input, end);
                }
            }
        }
        options
    }

    /// The names as written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.list.iter().map(|option| &option.name)
    }

    /// Leaves out the options whose name `keep` refuses.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Ident) -> bool) {
        self.list.retain(|option| keep(&option.name));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.malformed.is_empty()
    }

    /// Whether the option is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|option| option.name == name)
    }
}

fn parse_option(input: ParseStream, end: End) -> syn::Result<Opt> {
    if !input.peek(syn::Ident::peek_any) {
        return Err(unexpected(input, text::expected_option()));
    }
    let name = Ident::parse_any(input)?;
    let is_child = input.peek(syn::token::Paren) && name.to_string().starts_with(char::is_uppercase);
    if end == End::Semicolon && is_child {
        return Err(syn::Error::new(name.span(), text::child_after_comma(&name)));
    }
    if input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>]) {
        let _: Token![=] = input.parse()?;
        let tokens = value(input, end);
        let value = if tokens.is_empty() { Value::Missing } else { Value::Tokens(tokens) };
        return Ok(Opt { name, value });
    }
    if input.peek(syn::token::Paren)
        && let TokenTree::Group(group) = input.parse()?
    {
        return Ok(Opt { name, value: Value::List(group) });
    }
    if input.peek(Token![,]) || end.reached(input) {
        return Ok(Opt { name, value: Value::Missing });
    }
    Err(unexpected(input, text::expected_equals(&name)))
}

/// What came before a token, as far as it says what `<` and `>` mean.
enum Before {
    /// Nothing: the value begins.
    Start,
    /// `Vec`: a name in camel case.
    Type,
    /// A number, a parenthesis, a name that is no type's: something to calculate with.
    Operand,
    /// A name in lower case, which may be a module's or a variable's.
    Name,
    /// The `-` of `->`, the `=` of `=>`.
    Arrow,
    /// Any other sign.
    Sign,
}

impl Before {
    fn new(token: &TokenTree) -> Self {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => Before::Type,
            TokenTree::Group(_) | TokenTree::Literal(_) => Before::Operand,
            TokenTree::Ident(ident) if is_type(&ident.to_string()) => Before::Type,
            TokenTree::Ident(_) => Before::Name,
            TokenTree::Punct(sign)
                if matches!(sign.as_char(), '-' | '=') && sign.spacing() == Spacing::Joint =>
            {
                Before::Arrow
            }
            TokenTree::Punct(_) => Before::Sign,
        }
    }
}

/// Whether a name is written like a type's: `Vec`, but neither `vec` nor `VEC`.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// The tokens up to the end of a value.
fn value(input: ParseStream, end: End) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut before = Before::Start;
    let mut depth = 0_usize;
    while !input.is_empty() {
        let arrow = matches!(before, Before::Arrow);
        if end != End::Input && input.peek(Token![;]) {
            break;
        }
        if depth == 0 && (input.peek(Token![,]) || (!arrow && end.reached(input))) {
            break;
        }
        let shift = input.peek(Token![<<]) && matches!(before, Before::Operand | Before::Name);
        let Ok(token) = input.parse::<TokenTree>() else { break };
        if let TokenTree::Punct(sign) = &token {
            match sign.as_char() {
                '<' if shift => {
                    tokens.extend([token]);
                    let Ok(second) = input.parse::<TokenTree>() else { break };
                    before = Before::Sign;
                    tokens.extend([second]);
                    continue;
                }
                '<' if !matches!(before, Before::Operand) => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        before = Before::new(&token);
        tokens.extend([token]);
    }
    tokens
}

/// Reads the options of a list one by one, and reports what is wrong with them.
pub(crate) struct Reader<'e> {
    list: Vec<Opt>,
    /// The options that were probably meant by those that are unknown.
    meant: Vec<&'static str>,
    errors: &'e mut Errors,
}

/// An option that a list may have.
pub(crate) struct Known {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it is written, for messages: `call_timeout = 5s`.
    pub(crate) form: &'static str,
}

impl<'e> Reader<'e> {
    /// Reports what could not be parsed, unknown options, and those given twice.
    pub(crate) fn new(options: Options, known: &[Known], errors: &'e mut Errors) -> Self {
        options.malformed.into_iter().for_each(|error| errors.absorb(error));
        let mut list: Vec<Opt> = Vec::new();
        let mut meant = Vec::new();
        for option in options.list {
            let name = option.name.to_string();
            let Some(info) = known.iter().find(|known| known.name == name) else {
                errors.at(&option.name, text::unknown_option(&name, known));
                meant.extend(suggest::nearest(&name, known.iter().map(|known| known.name)));
                continue;
            };
            if list.iter().any(|earlier| earlier.name == option.name) {
                errors.at(&option.name, text::option_twice(&name));
                continue;
            }
            if matches!(option.value, Value::Missing) {
                errors.at(&option.name, text::option_without_value(&name, info.form));
                continue;
            }
            list.push(option);
        }
        Self { list, meant, errors }
    }

    /// The collector that the reader reports to.
    pub(crate) fn errors(&mut self) -> &mut Errors {
        self.errors
    }

    /// Whether an unknown option was probably meant to be this one: that it is missing need not be told.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.meant.contains(&name)
    }

    /// Takes an option out of the list.
    fn take(&mut self, name: &str) -> Option<Opt> {
        let index = self.list.iter().position(|option| option.name == name)?;
        Some(self.list.remove(index))
    }

    /// The option `name = …` and its name's tokens, read by `parser`.
    pub(crate) fn with<T>(
        &mut self,
        name: &str,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> Option<(Ident, T)> {
        let option = self.take(name)?;
        let tokens = match option.value {
            Value::Tokens(tokens) => tokens,
            // `keys(unique)` is read like `keys = (unique)`, and fails like it.
            Value::List(group) => group.into_token_stream(),
            Value::Missing => return None,
        };
        let value = self.errors.ok(parse(tokens, option.name.span(), parser))?;
        Some((option.name, value))
    }

    /// The option `name = …`, read as a `T`, which `what` says in words.
    pub(crate) fn get<T: Parse>(&mut self, name: &str, what: &str) -> Option<(Ident, T)> {
        self.with(name, |input| {
            let value = T::parse(input);
            let rest = !input.is_empty();
            let here = input.span();
            match value {
                Ok(_) if rest => Err(syn::Error::new(here, text::value_goes_on(name, what))),
                Ok(value) => Ok(value),
                Err(error) => Err(syn::Error::new(error.span(), text::value_is_no(name, what, &error))),
            }
        })
    }

    /// The option `name(…)`: its name and what is in the parentheses, read by `parser`.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> Option<(Ident, T)> {
        let option = self.take(name)?;
        match option.value {
            Value::List(group) => {
                let value = self.errors.ok(parse(group.stream(), group.span_close(), parser))?;
                Some((option.name, value))
            }
            Value::Tokens(_) | Value::Missing => {
                self.errors.at(&option.name, text::option_is_a_list(name));
                None
            }
        }
    }
}

/// An error at the next token, or at what closes the input if there is none. (`ParseStream::error` would
/// put "unexpected end of input" before the message.)
pub(crate) fn unexpected(input: ParseStream, message: String) -> syn::Error {
    syn::Error::new(input.span(), message)
}

/// Reads `tokens` to their end; an error for what is missing at the end points at the last token, or at
/// `empty` if there are none.
pub(crate) fn parse<T>(
    tokens: TokenStream,
    empty: Span,
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
) -> syn::Result<T> {
    let last = tokens.clone().into_iter().last().map_or(empty, |token| token.span());
    // A parser that runs out of tokens points at the end of the group around them.
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(last);
    let parse = |input: ParseStream| {
        let content;
        syn::parenthesized!(content in input);
        let value = parser(&content)?;
        if content.is_empty() { Ok(value) } else { Err(unexpected(&content, text::unexpected_token())) }
    };
    parse.parse2(TokenTree::Group(group).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn read(tokens: TokenStream, end: End) -> syn::Result<(Vec<(String, String)>, String)> {
        let parse = |input: ParseStream| {
            let options = Options::parse(input, end);
            if let Some(error) = options.malformed.into_iter().next() {
                return Err(error);
            }
            let rest: TokenStream = input.parse()?;
            let list = options.list.into_iter().map(|option| {
                let value = match option.value {
                    Value::Missing => String::new(),
                    Value::List(group) => group.to_string(),
                    Value::Tokens(tokens) => tokens.to_string(),
                };
                (option.name.to_string(), value)
            });
            Ok((list.collect(), rest.to_string()))
        };
        parse.parse2(tokens)
    }

    #[track_caller]
    fn values(tokens: TokenStream, end: End, expected: &[(&str, TokenStream)], rest: TokenStream) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .collect();
        match read(tokens, end) {
            Ok(found) => assert_eq!(found, (expected, rest.to_string())),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn values_end_at_commas_outside_of_brackets() {
        values(
            quote!(key = HashMap<u8, Vec<u8>>, value = f::<A, B>(x, y), flag, init(a: u8, b: u8),),
            End::Input,
            &[
                ("key", quote!(HashMap<u8, Vec<u8>>)),
                ("value", quote!(f::<A, B>(x, y))),
                ("flag", quote!()),
                ("init", quote!((a: u8, b: u8))),
            ],
            quote!(),
        );
    }

    #[test]
    fn values_in_angle_brackets_end_at_theirs() {
        values(
            quote!(key = Vec<u8>, value = fn(u8) -> Vec<u8>>; rest),
            End::Angle,
            &[("key", quote!(Vec<u8>)), ("value", quote!(fn(u8) -> Vec<u8>))],
            quote!(>; rest),
        );
        values(
            quote!(a = 1 << 10, b = X << 3, key = Vec<<T as Tr>::X>> rest),
            End::Angle,
            &[
                ("a", quote!(1 << 10)),
                ("b", quote!(X << 3)),
                ("key", quote!(Vec<<T as Tr>::X>)),
            ],
            quote!(> rest),
        );
        values(
            quote!(key = <id>, max = usize::MAX>),
            End::Angle,
            &[("key", quote!(<id>)), ("max", quote!(usize::MAX))],
            quote!(>),
        );
        values(
            quote!(f = |x| match x { _ => 5 } , g = if (a > b) { 1 } else { 2 }>),
            End::Angle,
            &[("f", quote!(|x| match x { _ => 5 })), ("g", quote!(if (a > b) { 1 } else { 2 }))],
            quote!(>),
        );
    }

    #[test]
    fn lists_end_at_semicolons() {
        values(
            quote!(, restart = transient, within = 5s,; next),
            End::Semicolon,
            &[("restart", quote!(transient)), ("within", quote!(5s))],
            quote!(; next),
        );
    }

    #[test]
    fn what_is_no_option_is_reported() {
        let message = |tokens| read(tokens, End::Input).err().map(|error| error.to_string());
        assert_eq!(message(quote!(5)), Some(text::expected_option()));
        assert!(message(quote!(key "x")).is_some_and(|text| text.contains("expected `=`")));
    }

    #[test]
    fn keywords_may_be_names() {
        values(quote!(crate = a::b), End::Input, &[("crate", quote!(a::b))], quote!());
    }
}
