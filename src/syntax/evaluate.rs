//! What an expression gives, as far as the text and the VM's constants decide it.

use super::{
    exceptions::Class,
    flow::Walk,
    guards::instance,
    names::{Cause, Flow, State, meet},
    steps::Term,
    target,
    value::Value,
};

impl Walk<'_> {
    /// The value of a term; none if the evaluation doesn't come back. What it may raise goes into `flow`.
    pub(super) fn value(&mut self, term: &Term, state: &mut State, flow: &mut Flow) -> Option<Value> {
        let value = match term {
            Term::Value(value) => value.clone(),
            Term::Harmless => return Some(Value::Unknown),
            Term::Unknown => Value::Unknown,
            Term::Name(name) if self.may_be_unbound(name, state) => self.builtin(name, state, flow)?,
            Term::Name(name) => match self.named(name, state) {
                // A name that is bound can be read, whatever it is bound to.
                Value::Unknown if state.names.has(name) == Some(true) => return Some(Value::Unknown),
                value => value,
            },
            Term::Attribute(of, name) => {
                let of = self.value(of, state, flow)?;
                self.attribute(&of, name)
            }
            Term::Index(of, index) => {
                let (of, index) = (self.value(of, state, flow)?, self.value(index, state, flow)?);
                of.element(&index).unwrap_or(Value::Unknown)
            }
            Term::First(of, count) => match self.value(of, state, flow)? {
                Value::Text(text) => Value::text(&text.chars().take(*count).collect::<String>()),
                value => value.elements().map_or(Value::Unknown, |mut elements| {
                    elements.truncate(*count);
                    Value::Sequence(elements)
                }),
            },
            Term::Call(function, arguments) => return self.call(function, arguments, state, flow),
            Term::Sequence(elements) => {
                let elements = elements.iter().map(|element| self.value(element, state, flow));
                return elements.collect::<Option<_>>().map(Value::Sequence);
            }
            Term::List(elements) => {
                let elements = elements.iter().map(|element| self.value(element, state, flow));
                return elements.collect::<Option<_>>().map(Value::List);
            }
            Term::Not(operand) => {
                self.value(operand, state, flow)?.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth))
            }
            Term::All(terms) => self.chain(terms, false, state, flow)?,
            Term::Any(terms) => self.chain(terms, true, state, flow)?,
            Term::Compare(left, others) => self.compare(left, others, state, flow)?,
            Term::Choice(parts) => {
                let [test, body, orelse] = &**parts;
                match self.value(test, state, flow)?.truth() {
                    Some(true) => self.value(body, state, flow)?,
                    Some(false) => self.value(orelse, state, flow)?,
                    None => Value::Unknown,
                }
            }
        };
        self.asked_typing |= matches!(value, Value::TypeChecking);
        flow.is_opaque |= matches!(value, Value::Unknown);
        Some(value)
    }

    fn attribute(&self, of: &Value, name: &str) -> Value {
        let module = match of {
            Value::Module(module) | Value::Item(module) => &**module,
            Value::Version(_) => "sys.version_info",
            _ if name == "TYPE_CHECKING" => return Value::TypeChecking,
            _ => return Value::Unknown,
        };
        let dotted = format!("{module}.{name}");
        let value =
            target::known(&dotted).or_else(|| self.importer.attribute(module, name)).map(Value::seen_from_outside);
        value.filter(|value| !matches!(value, Value::Unknown)).unwrap_or_else(|| target::item(&dotted))
    }

    /// Whether reading the name raises unless it is among the builtins. What a function sees of those around it isn't known
    /// here, nor which of the names with underscores a module is given.
    fn may_be_unbound(&self, name: &str, state: &State) -> bool {
        self.functions == 0
            && state.names.has(name) == Some(false)
            && !name.starts_with("__")
            && name != "TYPE_CHECKING"
            && Class::builtin(name).is_none()
    }

    /// What goes by a name that the module hasn't bound.
    fn builtin(&mut self, name: &str, state: &State, flow: &mut Flow) -> Option<Value> {
        match self.importer.has_builtin(name) {
            Some(false) => {
                let class = Class::builtin("NameError");
                self.throw(class, Cause::Statement(self.place), state.clone(), flow);
                None
            }
            has => {
                flow.is_opaque |= has.is_none();
                Some(self.named(name, state))
            }
        }
    }

    fn named(&self, name: &str, state: &State) -> Value {
        match state.names.value(name) {
            Some(value) => value.clone(),
            None if name == "TYPE_CHECKING" => Value::TypeChecking,
            None => match target::item(&format!("builtins.{name}")) {
                // Who knows where it comes from.
                Value::Item(_) if state.names.is_open && !["open", "exit", "quit"].contains(&name) => Value::Unknown,
                value => value,
            },
        }
    }

    /// `and`, or `or` if what is true ends it.
    fn chain(&mut self, terms: &[Term], end: bool, state: &mut State, flow: &mut Flow) -> Option<Value> {
        let (mut last, mut is_decided) = (Value::Bool(!end), true);
        for term in terms {
            last = match is_decided {
                true => self.value(term, state, flow)?,
                // It may not be evaluated at all; what it does is not looked at.
                false => self.value(term, &mut state.clone(), &mut Flow::default()).unwrap_or(Value::Unknown),
            };
            match last.truth() {
                // Whatever those before it are.
                Some(truth) if truth == end => return Some(if is_decided { last } else { Value::Bool(end) }),
                Some(_) => {}
                None => is_decided = false,
            }
        }
        Some(if is_decided { last } else { Value::Unknown })
    }

    fn compare(
        &mut self,
        left: &Term,
        others: &[(ruff_python_ast::CmpOp, Term)],
        state: &mut State,
        flow: &mut Flow,
    ) -> Option<Value> {
        let mut left = self.value(left, state, flow)?;
        let mut result = Some(true);
        for (operator, other) in others {
            let other = self.value(other, state, flow)?;
            match left.compare(*operator, &other) {
                Some(true) => {}
                Some(false) => return Some(Value::Bool(false)),
                None => result = None,
            }
            left = other;
        }
        Some(result.map_or(Value::Unknown, Value::Bool))
    }

    fn call(&mut self, function: &Term, arguments: &[Term], state: &mut State, flow: &mut Flow) -> Option<Value> {
        // What a chain of calls begins with is looked at once.
        let (of, called) = match function {
            Term::Attribute(of, method) => {
                let of = self.value(of, state, flow)?;
                let called = self.attribute(&of, method);
                (Some((of, method)), called)
            }
            function => (None, self.value(function, state, flow)?),
        };
        let arguments: Vec<_> = arguments.iter().map(|term| self.value(term, state, flow)).collect::<Option<_>>()?;
        let method = of.and_then(|(of, method)| of.method(method, &arguments));
        let value = match called {
            _ if method.is_some() => method.unwrap_or(Value::Unknown),
            Value::Exception(class) => instance(class),
            Value::Function(function) if self.can_call() => {
                let mut body = self.function_body(&function, state.clone());
                let (mut end, mut value) = (body.next.take(), Value::None);
                if let Some((state, returned)) = body.returns.take() {
                    value = if end.is_some() { Value::Unknown } else { returned };
                    end = meet(end, Some(state));
                }
                flow.add(body);
                state.is_alive &= end?.is_alive;
                return Some(value);
            }
            Value::Item(name) if target::exits(&name) => {
                let class = Class::builtin("SystemExit");
                self.throw(class, Cause::Statement(self.place), state.clone(), flow);
                return None;
            }
            Value::Item(name) if &*name == target::SUPPRESS => Value::Suppress(arguments),
            Value::Item(name) if target::lets_pass(&name) => {
                flow.is_opaque = true;
                Value::Passing
            }
            Value::Item(name) if arguments.is_empty() => target::returned(&name).unwrap_or(Value::Unknown),
            Value::Item(name) if &*name == "builtins.bool" && arguments.len() == 1 => {
                arguments[0].truth().map_or(Value::Unknown, Value::Bool)
            }
            Value::Item(name) if &*name == "builtins.range" => match *arguments {
                [Value::Int(end @ ..=1000)] => Value::Sequence((0..end).map(Value::Int).collect()),
                _ => Value::Unknown,
            },
            Value::Item(name) if ["builtins.tuple", "builtins.list"].contains(&&*name) && arguments.len() == 1 => {
                arguments[0].elements().map_or(Value::Unknown, Value::Sequence)
            }
            _ => Value::Unknown,
        };
        flow.is_opaque |= matches!(value, Value::Unknown);
        Some(value)
    }
}
