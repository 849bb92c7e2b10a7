//! `supervision_tree! { … }`.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Pat, Path, Token, Type, Visibility};

use super::argument::{self, Argument};
use super::place::Place;
use crate::diagnostics::text;
use crate::options::{self, End, Options, unexpected};

/// The whole tree as written.
pub(crate) struct Tree {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) options: Options,
    pub(crate) children: Children,
}

impl Parse for Tree {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !input.peek(syn::Ident) || input.peek2(Token![=]) || input.peek2(Token![!]) {
            return Err(unexpected(input, text::expected_tree_name()));
        }
        let name: Ident = input.parse()?;
        let mut arguments = Vec::new();
        if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            // What has no argument in its parentheses is a child.
            if !content.peek(syn::Ident) || content.peek2(Token![.]) {
                let message = text::expected_tree_name();
                return Err(syn::Error::new(name.span(), message));
            }
            arguments = argument::list(&content)?;
        }
        let ends = input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]);
        let error =
            (!ends).then(|| unexpected(input, text::expected_semicolon_after_header(&name)));
        if error.is_some() {
            Options::skip_to_option(input, End::Semicolon);
        }
        let options = Options::parse(input, End::Semicolon);
        let _: Option<Token![;]> = input.parse()?;
        let mut children = Children::parse(input);
        children.errors.extend(error);
        Ok(Self {
            attributes,
            vis,
            name,
            arguments,
            options,
            children,
        })
    }
}

/// Children as written; what cannot be parsed is kept as an error and skipped up to the next semicolon.
#[derive(Default)]
pub(crate) struct Children {
    pub(crate) list: Vec<Child>,
    pub(crate) errors: Vec<syn::Error>,
}

/// One child, or several.
pub(crate) struct Child {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) what: What,
}

/// What a child is.
pub(crate) enum What {
    /// `Type(arguments…), options…`.
    Server {
        ty: Box<Type>,
        arguments: Group,
        options: Options,
    },
    /// `kind!<…>, options…`.
    Place(Box<Place>, Options),
    /// `for pattern in list { children… }`.
    For {
        pattern: Box<Pat>,
        list: Box<Expr>,
        children: Children,
    },
    /// A type alone, as it is while someone types.
    Half(Path),
    /// `if condition { children… } else …`.
    If {
        condition: Box<Expr>,
        then: Children,
        otherwise: Option<Children>,
    },
}

impl Children {
    pub(crate) fn parse(input: ParseStream) -> Self {
        let mut children = Self::default();
        while !input.is_empty() {
            if input.peek(Token![;]) {
                let _: syn::Result<Token![;]> = input.parse();
                continue;
            }
            match child(input) {
                Ok(child) => children.list.push(child),
                Err(error) => {
                    children.errors.push(error);
                    skip(input);
                }
            }
        }
        children
    }
}

/// Skips what is left of a child.
fn skip(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![;]) {
        if input.parse::<TokenTree>().is_err() {
            break;
        }
    }
}

fn child(input: ParseStream) -> syn::Result<Child> {
    let attributes = input.call(Attribute::parse_outer)?;
    if input.is_empty() {
        return Err(unexpected(input, text::attributes_without_child()));
    }
    let what = if input.peek(Token![for]) {
        repeated(input)?
    } else if input.peek(Token![if]) {
        conditional(input)?
    } else if input.peek(syn::Ident) && input.peek2(Token![=]) {
        let name: Ident = input.parse()?;
        let message = text::option_after_semicolon(&name);
        return Err(syn::Error::new(name.span(), message));
    } else if input.peek(syn::Ident) && input.peek2(Token![!]) {
        let place = Place::parse(input)?;
        let options = child_options(input, place.has_block())?;
        What::Place(Box::new(place), options)
    } else if let Some(path) = half(input) {
        let _: Option<Token![;]> = input.parse()?;
        What::Half(path)
    } else {
        let ty = callee(input)?;
        if let Type::Path(path) = &ty
            && let Some(server) = caller(&path.path)
        {
            return Err(syn::Error::new_spanned(&ty, text::child_is_a_call(server)));
        }
        let arguments = arguments(input, &ty)?;
        What::Server {
            ty: Box::new(ty),
            arguments,
            options: child_options(input, false)?,
        }
    };
    Ok(Child { attributes, what })
}

/// A type alone, where another child or the end follows: what comes after it is read all the same.
fn half(input: ParseStream) -> Option<Path> {
    let ahead = input.fork();
    let path = Path::parse_mod_style(&ahead).ok()?;
    let ends = ahead.is_empty() || ahead.peek(Token![;]);
    let is_child = ahead.peek(syn::Ident) && !ahead.peek2(Token![=]);
    let goes_on = ends || is_child || ahead.peek(Token![#]);
    if !goes_on || caller(&path).is_some() {
        return None;
    }
    Path::parse_mod_style(input).ok()
}

/// The options of a child, and the semicolon after it, which is not needed after a block.
pub(super) fn child_options(input: ParseStream, after_block: bool) -> syn::Result<Options> {
    if input.peek(Token![,]) {
        let options = Options::parse(input, End::Semicolon);
        let _: Option<Token![;]> = input.parse()?;
        return Ok(options);
    }
    if input.is_empty() || input.peek(Token![;]) || after_block {
        return Ok(Options::default());
    }
    Err(unexpected(input, text::expected_semicolon_after_child()))
}

/// The type before the parentheses of `Type(…)`.
pub(crate) fn callee(input: ParseStream) -> syn::Result<Type> {
    let start = input.span();
    let mut tokens = TokenStream::new();
    let mut depth = 0_usize;
    let mut arrow = false;
    while !input.is_empty() {
        let parens = input.peek(syn::token::Paren) || input.peek(syn::token::Brace);
        if input.peek(Token![;]) || (depth == 0 && (parens || input.peek(Token![,]))) {
            break;
        }
        let token: TokenTree = input.parse()?;
        let mut is_arrow = false;
        if let TokenTree::Punct(sign) = &token {
            match sign.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                '-' => is_arrow = sign.spacing() == Spacing::Joint,
                _ => {}
            }
        }
        arrow = is_arrow;
        tokens.extend([token]);
    }
    if tokens.is_empty() {
        return Err(unexpected(input, text::expected_child()));
    }
    match options::parse(tokens, start, "", Type::parse) {
        Ok(ty @ Type::Path(_)) => Ok(ty),
        Ok(other) => Err(syn::Error::new_spanned(other, text::expected_child())),
        Err(error) => Err(syn::Error::new(error.span(), text::expected_child())),
    }
}

/// The `Server` of `Server::new`, which is a function and no type.
fn caller(path: &Path) -> Option<&Ident> {
    let mut names = path.segments.iter().rev().map(|part| &part.ident);
    let (function, server) = (names.next()?, names.next()?);
    let begins = |name: &Ident, test: fn(char) -> bool| name.to_string().starts_with(test);
    (begins(function, char::is_lowercase) && begins(server, char::is_uppercase)).then_some(server)
}

pub(super) fn arguments(input: ParseStream, ty: &Type) -> syn::Result<Group> {
    if input.peek(syn::token::Paren)
        && let TokenTree::Group(group) = input.parse()?
        && group.delimiter() == Delimiter::Parenthesis
    {
        return Ok(group);
    }
    if input.peek(syn::token::Brace) {
        return Err(unexpected(input, text::child_with_braces(ty)));
    }
    Err(syn::Error::new_spanned(
        ty,
        text::child_without_arguments(ty),
    ))
}

fn repeated(input: ParseStream) -> syn::Result<What> {
    let _: Token![for] = input.parse()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let _: Token![in] = input.parse()?;
    let list = Expr::parse_without_eager_brace(input)?;
    let children = block(input, "`for`")?;
    Ok(What::For {
        pattern: Box::new(pattern),
        list: Box::new(list),
        children,
    })
}

fn conditional(input: ParseStream) -> syn::Result<What> {
    let _: Token![if] = input.parse()?;
    let condition = Expr::parse_without_eager_brace(input)?;
    let then = block(input, "`if`")?;
    let otherwise = if input.peek(Token![else]) {
        let _: Token![else] = input.parse()?;
        if input.peek(Token![if]) {
            let nested = Child {
                attributes: Vec::new(),
                what: conditional(input)?,
            };
            Some(Children {
                list: vec![nested],
                errors: Vec::new(),
            })
        } else {
            Some(block(input, "`else`")?)
        }
    } else {
        None
    };
    Ok(What::If {
        condition: Box::new(condition),
        then,
        otherwise,
    })
}

fn block(input: ParseStream, of: &str) -> syn::Result<Children> {
    if !input.peek(syn::token::Brace) {
        return Err(unexpected(input, text::expected_block(of)));
    }
    let content;
    syn::braced!(content in input);
    Ok(Children::parse(&content))
}
