//! A guard before parsing: how deeply a text is nested.
//!
//! Parsing, compiling and dropping a syntax tree are recursive, and a native stack that overflows takes the process with it. So
//! text is measured first, in one pass over the tokens of the VM's own lexer, which does not recurse.

use std::fmt;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Measures how deep the syntax tree of `text` can get, never too little. Ordinary code stays under a few hundred.
///
/// # Errors
/// More than 200 nested brackets, 100 levels of indentation, or 3,000 operators, calls, subscripts and the like in one expression,
/// or 3,000 `elif`s that are open at once. CPython refuses the same, at the same or similar numbers.
///
/// ```
/// use lower::depth::check;
///
/// assert!(check("x = f(1) + 2\n").is_ok());
/// assert_eq!(check(&format!("\nx = {}1", "1+".repeat(200_000))).unwrap_err().line(), 2);
/// ```
pub fn check(text: &str) -> Result<u32, TooDeep> {
    // The lexer counts bytes in 32 bits.
    if u32::try_from(text.len()).is_err() {
        return Err(TooDeep {
            line: 1,
            message: "source is too long",
        });
    }
    measure(text).map_err(|message| {
        // Tokens don't tell their place, but the pass fails as soon as it has seen enough: the line is the first that, as the last
        // one, makes it fail. A few more passes over text that is refused anyway are cheap.
        let ends: Vec<usize> = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(end, _)| end + 1)
            .collect();
        let line = ends.partition_point(|&end| measure(&text[..end]).is_ok()) + 1;
        TooDeep { line, message }
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

fn measure(text: &str) -> Result<u32, &'static str> {
    lines(text)?;
    let mut statements = Statements::default();
    let mut expression = Expression::default();
    let mut deepest = 0;
    let mut at_start = true;
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let token = lexer.next_token();
        match token {
            TokenKind::EndOfFile => return Ok(deepest),
            TokenKind::Comment | TokenKind::NonLogicalNewline => continue,
            TokenKind::Indent => statements.indent()?,
            TokenKind::Dedent => statements.dedent(),
            TokenKind::Newline => {
                deepest = deepest.max(statements.depth() + expression.deepest);
                expression = Expression::default();
                at_start = true;
            }
            _ => {
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

/// The indentation of the lines as they stand. The lexer sees none inside brackets, but the parser, when it recovers from a
/// bracket that is never closed, does. Text within limits can't pass this one: each bracket may add a step of indentation.
fn lines(text: &str) -> Result<(), &'static str> {
    let mut steps: Vec<usize> = Vec::new();
    for line in text.split('\n') {
        let code = line.trim_start_matches([' ', '\t', '\x0c']);
        if code.is_empty() {
            continue;
        }
        let width = line.len() - code.len();
        while steps.last().is_some_and(|&step| step >= width) {
            steps.pop();
        }
        if width > 0 {
            steps.push(width);
        }
        if steps.len() > INDENTS + BRACKETS {
            return Err("too many levels of indentation");
        }
    }
    Ok(())
}

/// Blocks, and the `elif`s of each: a compiler may nest every one in the last.
#[derive(Default)]
struct Statements {
    /// How many `elif`s precede the present statement, for each block that is open.
    elifs: Vec<u32>,
    /// The same outside all blocks.
    outer: u32,
    /// The sum of them all.
    total: u32,
}

impl Statements {
    fn depth(&self) -> u32 {
        self.elifs.len() as u32 + self.total
    }

    fn indent(&mut self) -> Result<(), &'static str> {
        self.elifs.push(0);
        if self.elifs.len() >= INDENTS {
            Err("too many levels of indentation")
        } else {
            Ok(())
        }
    }

    fn dedent(&mut self) {
        self.total -= self.elifs.pop().unwrap_or(0);
    }

    fn start(&mut self, token: TokenKind) -> Result<(), &'static str> {
        let elifs = self.elifs.last_mut().unwrap_or(&mut self.outer);
        match token {
            TokenKind::Elif => {
                *elifs += 1;
                self.total += 1;
            }
            TokenKind::Else => {}
            _ => self.total -= std::mem::take(elifs),
        }
        if self.total > CHAIN {
            Err("too many `elif` clauses")
        } else {
            Ok(())
        }
    }
}

/// What has been seen of one logical line.
#[derive(Default)]
struct Expression {
    /// The open brackets, f-strings among them. The line itself is the level below them all.
    open: Vec<Level>,
    level: Level,
    deepest: u32,
    is_with: bool,
}

/// What has been seen between two brackets.
#[derive(Default, Clone, Copy)]
struct Level {
    /// The depth of everything around the bracket.
    around: u32,
    /// Operators and the like since the last comma.
    chain: u32,
    /// The deepest bracket since the last comma.
    inner: u32,
    /// The deepest of what the commas separate.
    deepest: u32,
    /// `lambda`s whose colon is still to come. The commas before it separate parameters, and what follows is inside.
    lambdas: u32,
}

impl Level {
    fn depth(&self) -> u32 {
        self.deepest.max(self.chain + self.inner)
    }
}

impl Expression {
    fn token(&mut self, token: TokenKind) -> Result<(), &'static str> {
        use TokenKind::*;
        match token {
            // Each manager of a `with` is nested in the one before.
            Comma if self.is_with && self.open.len() < 2 => self.link(),
            Comma | Semi if self.level.lambdas == 0 => {
                self.level.deepest = self.level.depth();
                self.level.chain = 0;
                self.level.inner = 0;
                Ok(())
            }
            Lpar | Lsqb | Lbrace | FStringStart | TStringStart => {
                self.link()?;
                let around = self.level.around + self.level.chain;
                self.open.push(std::mem::replace(
                    &mut self.level,
                    Level {
                        around,
                        ..Level::default()
                    },
                ));
                if self.open.len() > BRACKETS {
                    Err("too many nested parentheses")
                } else {
                    Ok(())
                }
            }
            Rpar | Rsqb | Rbrace | FStringEnd | TStringEnd => {
                if let Some(outer) = self.open.pop() {
                    let inner = std::mem::replace(&mut self.level, outer);
                    self.level.inner = self.level.inner.max(inner.depth());
                }
                self.limit()
            }
            Colon => {
                self.level.lambdas = self.level.lambdas.saturating_sub(1);
                self.link()
            }
            Lambda => {
                self.level.lambdas += 1;
                self.link()
            }
            _ if nests(token) => self.link(),
            _ => Ok(()),
        }
    }

    /// One more node on top of, or below, what the chain has been so far.
    fn link(&mut self) -> Result<(), &'static str> {
        self.level.chain += 1;
        self.limit()
    }

    fn limit(&mut self) -> Result<(), &'static str> {
        let depth = self.level.around + self.level.chain + self.level.inner;
        self.deepest = self.deepest.max(depth);
        if depth > CHAIN {
            Err("expression nested too deeply")
        } else {
            Ok(())
        }
    }
}

/// Whether a token can make the tree deeper: everything but operands, separators, and the words that only begin a statement.
fn nests(token: TokenKind) -> bool {
    use TokenKind::*;
    !matches!(
        token,
        Name | Int
            | Float
            | Complex
            | String
            | FStringMiddle
            | TStringMiddle
            | Ellipsis
            | None
            | True
            | False
            | Comma
            | Semi
            | Equal
            | Rarrow
            | Exclamation
            | Case
            | Lazy
            | Match
            | Type
            | As
            | Assert
            | Break
            | Class
            | Continue
            | Def
            | Del
            | Elif
            | Else
            | Except
            | Finally
            | From
            | Global
            | Import
            | Nonlocal
            | Pass
            | Raise
            | Return
            | Try
            | While
            | With
    )
}
