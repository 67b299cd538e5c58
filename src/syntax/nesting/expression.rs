//! How deep the expressions of a statement are nested, token by token.

use ruff_python_ast::token::TokenKind;

use super::{BRACKETS, CHAIN};

/// What has been seen of one logical line.
#[derive(Default)]
pub(super) struct Expression {
    /// The open brackets, f-strings among them. The line itself is the level below them all.
    open: Vec<Level>,
    level: Level,
    pub(super) deepest: u32,
    pub(super) is_with: bool,
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
    pub(super) deepest: u32,
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
    pub(super) fn token(&mut self, token: TokenKind) -> Result<(), &'static str> {
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
