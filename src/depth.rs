//! A guard before parsing: how deeply a text is nested.
//!
//! Parsing, compiling and dropping a syntax tree are recursive, and a native stack that overflows takes the process with it. So
//! text is measured first, in one pass over the tokens of the VM's own lexer, which does not recurse.

use std::fmt;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Measures how deep the syntax tree of `text` can get, never too little. Ordinary code stays under a few hundred,
/// most of which is how far its lines are indented.
///
/// # Errors
/// More than 200 nested brackets, 100 levels of indentation, or 3,000 operators, calls, subscripts and the like in one expression,
/// or 3,000 `elif`s that are open at once; so much code in `finally` blocks within one another that it would be compiled for minutes. CPython refuses the same, at the same or similar numbers.
///
/// ```
/// use exocet::depth::check;
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
        // Tokens don't tell their place, but the pass fails as soon as it has seen enough: the line is the first that, as the last
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
/// it takes for a block then can't be told from here, so lines that only continue others count as well.
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
    /// The same outside all blocks.
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

/// What has been seen of one logical line.
#[derive(Default)]
struct Expression {
    /// The open brackets, f-strings among them. The line itself is the level below them all.
    open: Vec<Level>,
    level: Level,
    deepest: u32,
    is_with: bool,
    /// Whether a sign that comes now stands between two operands, and not before one.
    after_operand: bool,
}

/// What has been seen between two brackets.
#[derive(Default, Clone, Copy)]
struct Level {
    /// The depth of everything around the bracket.
    around: u32,
    /// What has been seen since the last comma.
    runs: [Run; Binding::Tightest as usize + 1],
    /// The deepest of what the commas separate.
    deepest: u32,
    /// `lambda`s whose colon is still to come. The commas before it separate parameters, and what follows is inside.
    lambdas: u32,
    /// Whether the bracket is an f-string's quote.
    is_string: bool,
}

/// Operators of one binding strength. Each may nest the one before or after it, and whatever binds tighter is their operand.
#[derive(Default, Clone, Copy)]
struct Run {
    length: u32,
    deepest_operand: u32,
}

/// How tightly an operator binds. Those that differ here don't add up when many operands stand in a row, as in a long sum of
/// short products.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Loosest,
    Logic,
    Comparison,
    Bits,
    Sum,
    Product,
    Sign,
    Tightest,
}

impl Level {
    /// The depth of what has been seen since the last comma.
    fn depth(&self) -> u32 {
        operand(&self.runs)
    }

    fn link(&mut self, binding: Binding) {
        let (runs, tighter) = self.runs.split_at_mut(binding as usize + 1);
        let run = &mut runs[binding as usize];
        run.deepest_operand = run.deepest_operand.max(operand(tighter));
        run.length += 1;
        tighter.fill(Run::default());
    }

    fn comma(&mut self) {
        self.deepest = self.deepest.max(self.depth());
        self.runs = Default::default();
    }

    /// The level of a bracket that opens here.
    fn inside(&self, is_string: bool) -> Level {
        let operators: u32 = self.runs.iter().map(|run| run.length).sum();
        Level { around: self.around + operators + 1, is_string, ..Level::default() }
    }

    /// Takes in the level of a bracket that closes here.
    fn close(&mut self, inside: &Level) {
        let run = &mut self.runs[Binding::Tightest as usize];
        run.deepest_operand = run.deepest_operand.max(inside.deepest.max(inside.depth()) + 1);
    }
}

/// The depth of an operand with these runs in it, the loosest first.
fn operand(runs: &[Run]) -> u32 {
    runs.iter().rev().fold(0, |tighter, run| run.length + run.deepest_operand.max(tighter))
}

impl Expression {
    fn token(&mut self, token: TokenKind) -> Result<(), &'static str> {
        use TokenKind::*;
        let after_operand = std::mem::replace(&mut self.after_operand, is_operand_end(token));
        match token {
            // Each manager of a `with` is nested in the one before.
            Comma if self.is_with && self.open.len() < 2 => self.link(Binding::Loosest),
            Comma | Semi if self.level.lambdas == 0 => {
                self.level.comma();
                Ok(())
            }
            Lpar | Lsqb | Lbrace | FStringStart | TStringStart => {
                let is_string = matches!(token, FStringStart | TStringStart);
                // A bracket after an operand is a call or a subscript of it. A string after a string is its neighbour.
                if after_operand && !is_string {
                    self.link(Binding::Tightest)?;
                }
                let inside = self.level.inside(is_string);
                self.open.push(std::mem::replace(&mut self.level, inside));
                if self.open.len() > BRACKETS { Err("too many nested parentheses") } else { Ok(()) }
            }
            Rpar | Rsqb | Rbrace | FStringEnd | TStringEnd => {
                if let Some(outer) = self.open.pop() {
                    let inside = std::mem::replace(&mut self.level, outer);
                    self.level.close(&inside);
                    // The fields of a string are neighbours too.
                    self.after_operand &= !self.level.is_string;
                }
                self.limit()
            }
            Colon => {
                self.level.lambdas = self.level.lambdas.saturating_sub(1);
                self.link(Binding::Loosest)
            }
            Lambda => {
                self.level.lambdas += 1;
                self.link(Binding::Loosest)
            }
            _ => binding(token, after_operand).map_or(Ok(()), |binding| self.link(binding)),
        }
    }

    /// One node more on top of, or below, what has been seen.
    fn link(&mut self, binding: Binding) -> Result<(), &'static str> {
        self.level.link(binding);
        self.limit()
    }

    fn limit(&mut self) -> Result<(), &'static str> {
        let depth = self.level.around + self.level.depth();
        self.deepest = self.deepest.max(depth);
        if depth > CHAIN { Err("expression nested too deeply") } else { Ok(()) }
    }
}

fn is_operand_end(token: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        token,
        Name | Int
            | Float
            | Complex
            | String
            | Ellipsis
            | None
            | True
            | False
            | Rpar
            | Rsqb
            | Rbrace
            | FStringEnd
            | TStringEnd
    )
}

/// How tightly a token binds what it nests; `None` for operands, separators, and the words that only begin a statement.
fn binding(token: TokenKind, after_operand: bool) -> Option<Binding> {
    use TokenKind::*;
    Some(match token {
        And | Or | Not => Binding::Logic,
        Less | Greater | EqEqual | NotEqual | LessEqual | GreaterEqual | In | Is => Binding::Comparison,
        Vbar | CircumFlex | Amper | LeftShift | RightShift => Binding::Bits,
        Plus | Minus if after_operand => Binding::Sum,
        Star | Slash | DoubleSlash | Percent | At if after_operand => Binding::Product,
        Plus | Minus | Tilde => Binding::Sign,
        DoubleStar if after_operand => Binding::Sign,
        Dot | Await => Binding::Tightest,
        Name | Int | Float | Complex | String | FStringMiddle | TStringMiddle | Ellipsis | None | True | False
        | Comma | Semi | Equal | Rarrow | Exclamation | Case | Lazy | Match | Type | As | Assert | Break | Class
        | Continue | Def | Del | Elif | Else | Except | Finally | From | Global | Import | Nonlocal | Pass | Raise
        | Return | Try | While | With | Unknown => {
            return Option::None;
        }
        // Whatever else there is may hold anything that follows.
        _ => Binding::Loosest,
    })
}
