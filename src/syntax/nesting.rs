//! A guard before parsing: how deeply a text is nested.
//!
//! Parsing, compiling and dropping a syntax tree are recursive, and a native stack that overflows takes the process with it. So
//! text is measured first, in one pass over the tokens of the VM's own lexer, which does not recurse.

use std::fmt;

use ruff_python_ast::token::TokenKind;

mod expression;

use expression::Expression;
use ruff_python_parser::{Mode, lexer};

/// Measures how deep the syntax tree of `text` can get, never too little. Ordinary code stays under a few hundred,
/// most of which is how far its lines are indented.
///
/// # Errors
/// More than 200 nested brackets, 100 levels of indentation, or 3,000 operators, calls, subscripts and the like in one expression,
/// or 3,000 `elif`s that are open at once; so much code in `finally` blocks within one another that it would be compiled for minutes. CPython refuses the same, at the same or similar numbers.
///
/// ```
/// use exocet::syntax::nesting::check;
///
/// assert!(check("x = f(1) + 2\n").is_ok());
/// assert_eq!(check(&format!("\nx = {}1", "1+".repeat(200_000))).unwrap_err().line(), 2);
/// ```
pub fn check(text: &str) -> Result<u32, TooDeep> {
    // The lexer counts bytes in 32 bits.
    if u32::try_from(text.len()).is_err() {
        return Err(TooDeep { line: 1, message: "source is too long" });
    }
    measure(text).map(|measured| measured.depth).map_err(|message| {
        // Tokens don't have their place, but the pass fails as soon as it has seen enough: the line is the first that, as the last
        // one, makes it fail. A few more passes over text that is refused anyway are cheap.
        let ends: Vec<usize> =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(end, _)| end + 1).collect();
        let line = ends.partition_point(|&end| measure(&text[..end]).is_ok()) + 1;
        // Of several limits the one that is passed first counts.
        let first = ends.get(line - 1).and_then(|&end| measure(&text[..end]).err());
        TooDeep { line, message: first.unwrap_or(message) }
    })
}

/// What is nested too deeply, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooDeep {
    line: usize,
    message: &'static str,
}

impl TooDeep {
    /// The line, 1-based, on which the limit is passed.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is too deep, where possible in CPython's words.
    pub fn message(&self) -> &str {
        self.message
    }
}

impl fmt::Display for TooDeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {})", self.message, self.line)
    }
}

impl std::error::Error for TooDeep {}

const BRACKETS: usize = 200;
const INDENTS: usize = 100;
const CHAIN: u32 = 3_000;

/// Code in a `finally` is compiled for each way into it, and so many times over if that is in a `finally` itself. This is how
/// many tokens a compiler gets to see; 0 for text that [`check`] refuses.
pub(crate) fn weight(text: &str) -> u64 {
    measure(text).map_or(0, |measured| measured.weight)
}

/// More than any text that people write, and compiled within seconds.
const WEIGHT: u64 = 20_000_000;

struct Measured {
    depth: u32,
    weight: u64,
}

fn measure(text: &str) -> Result<Measured, &'static str> {
    let widest = widest(text)?;
    let mut statements = Statements::default();
    let mut expression = Expression::default();
    let mut deepest = 0;
    let mut weight = 0_u64;
    let mut at_start = true;
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let token = lexer.next_token();
        match token {
            TokenKind::EndOfFile => return Ok(Measured { depth: deepest + widest, weight }),
            TokenKind::Comment | TokenKind::NonLogicalNewline => continue,
            TokenKind::Indent => statements.indent()?,
            TokenKind::Dedent => statements.dedent(),
            TokenKind::Newline => {
                deepest = deepest.max(statements.depth() + expression.deepest);
                expression = Expression::default();
                at_start = true;
            }
            _ => {
                weight = weight.saturating_add(statements.copies.token(token));
                if weight > WEIGHT {
                    return Err("too much code in nested `finally` blocks");
                }
                if at_start {
                    statements.start(token)?;
                    expression.is_with = matches!(token, TokenKind::With | TokenKind::Async);
                    at_start = false;
                }
                expression.token(token)?;
                deepest = deepest.max(statements.depth() + expression.deepest);
            }
        }
    }
}

/// How many blocks can stand in one another by the white space that lines begin with: each takes one character more.
///
/// The lexer sees no indentation inside brackets, but the parser does, when it recovers from a bracket that is never closed. What
/// it takes for a block then can't be known from here, so lines that only continue others count as well.
fn widest(text: &str) -> Result<u32, &'static str> {
    let width = |line: &str| {
        let code = line.trim_start_matches([' ', '\t', '\x0c']);
        let blank = &line[..line.len() - code.len()];
        // A form feed begins the line anew.
        let start = blank.rfind('\x0c').map_or(0, |feed| feed + 1);
        if code.is_empty() { 0 } else { blank.len() - start }
    };
    match text.split('\n').map(width).max().and_then(|width| u32::try_from(width).ok()) {
        Some(width) if width <= CHAIN => Ok(width),
        _ => Err("too many levels of indentation"),
    }
}

/// Blocks, and the `elif`s of each: a compiler may nest every one in the last.
#[derive(Default)]
struct Statements {
    /// How many `elif`s precede the present statement, for each block that is open.
    elifs: Vec<u32>,
    /// The block outside all others.
    outer: u32,
    /// The sum of them all.
    total: u32,
    copies: Copies,
}

impl Statements {
    fn depth(&self) -> u32 {
        self.elifs.len() as u32 + self.total
    }

    fn indent(&mut self) -> Result<(), &'static str> {
        self.elifs.push(0);
        self.copies.indent();
        if self.elifs.len() >= INDENTS { Err("too many levels of indentation") } else { Ok(()) }
    }

    fn dedent(&mut self) {
        self.total -= self.elifs.pop().unwrap_or(0);
        self.copies.dedent();
    }

    fn start(&mut self, token: TokenKind) -> Result<(), &'static str> {
        let elifs = self.elifs.last_mut().unwrap_or(&mut self.outer);
        self.copies.start(token);
        match token {
            TokenKind::Elif => {
                *elifs += 1;
                self.total += 1;
            }
            TokenKind::Else => {}
            _ => self.total -= std::mem::take(elifs),
        }
        if self.total > CHAIN { Err("too many `elif` clauses") } else { Ok(()) }
    }
}

/// How many times a compiler compiles what is in each of the open blocks.
struct Copies {
    /// The outermost block is the text itself.
    blocks: Vec<Block>,
    /// How often the next block is compiled.
    next: u64,
}

struct Block {
    copies: u64,
    /// The ways out of the present `try` that lead through its `finally`, beside the end and an exception.
    exits: u64,
}

impl Default for Copies {
    fn default() -> Self {
        Self { blocks: vec![Block { copies: 1, exits: 0 }], next: 1 }
    }
}

impl Copies {
    fn start(&mut self, token: TokenKind) {
        let Some(block) = self.blocks.last_mut() else { return };
        self.next = match token {
            TokenKind::Finally => block.copies.saturating_mul(block.exits.saturating_add(2)),
            _ => block.copies,
        };
        if matches!(token, TokenKind::Try) {
            block.exits = 0;
        }
    }

    /// How often the token is compiled.
    fn token(&mut self, token: TokenKind) -> u64 {
        if matches!(token, TokenKind::Return | TokenKind::Break | TokenKind::Continue) {
            self.blocks.iter_mut().for_each(|block| block.exits += 1);
        }
        self.blocks.last().map_or(1, |block| block.copies)
    }

    fn indent(&mut self) {
        self.blocks.push(Block { copies: self.next, exits: 0 });
    }

    fn dedent(&mut self) {
        // The text itself is a block that never ends.
        if self.blocks.len() > 1 {
            self.blocks.pop();
        }
    }
}
