//! Where a value ends.
//!
//! At a comma; but `key = HashMap<u8, u8>` holds one, and in `registry!<pub R, key = Vec<u8>>` the last
//! `>` is not the value's. A `<` opens a bracket where a type or a path may have one; after a number or
//! a parenthesis it is a comparison, and `<<` is a shift. A comparison of names wants parentheses.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::Token;
use syn::parse::ParseStream;

use super::End;

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
pub(super) fn value(input: ParseStream, end: End) -> TokenStream {
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
        let Ok(token) = input.parse::<TokenTree>() else {
            break;
        };
        if let TokenTree::Punct(sign) = &token {
            match sign.as_char() {
                '<' if shift => {
                    tokens.extend([token]);
                    let Ok(second) = input.parse::<TokenTree>() else {
                        break;
                    };
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
