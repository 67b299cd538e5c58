//! What an isolate may ask its host: imports, functions, files, and to be heard.

use crate::{
    boundary::{Act, Answer, Ask, Choice, Content, Found, LENT, Layer, Lookup, Module},
    compiler::Compiler,
    snapshot::Lent,
};
use exocet::{
    Choice as Chosen, Choose, Error, HostModule, Imports, Observer, Part, Source,
    error::Report,
    observe::Event,
    source::Shape,
    syntax::encodings::{self, Decoded},
    values::{Kept, MemberData, Value},
};
use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// What answers an isolate: the imports as the host has them, and sources that are read when they are asked.
pub(crate) struct Host {
    layers: Vec<Layer>,
    /// By the numbers of the layers.
    modules: BTreeMap<u32, HostModule>,
    choosers: BTreeMap<u32, Arc<dyn Choose>>,
    sources: Vec<Option<Arc<dyn Source>>>,
    /// The functions that a host in JavaScript lent to the snapshot, by their numbers.
    lent: BTreeMap<u32, Lent>,
}

/// What belongs to one isolate of a host.
#[derive(Default)]
pub(crate) struct Session {
    /// The modules that were handed out as answers about imports, by their numbers.
    handed: Mutex<Vec<HostModule>>,
    observer: Option<Arc<dyn Observer>>,
    /// Events that are kept, while a snapshot is made.
    events: Option<Mutex<Vec<Event>>>,
    /// Who compiles, while a snapshot is made.
    compiler: Option<Compiler>,
}

/// So many bytes are decoded for a guest, the limit of a module's source.
const LONGEST_SOURCE: usize = 16 << 20;

/// From here on numbers are those of modules that were handed out.
const HANDED: u32 = 1 << 16;

/// So many modules are handed out to one isolate.
const MOST_HANDED: u32 = 1 << 16;

impl Host {
    /// What answers by these imports, and for these sources.
    ///
    /// # Errors
    /// What can't be in an isolate: a mapper, a function or a value that works on objects of the VM; limits that nobody enforces
    /// there.
    pub(crate) fn new(imports: &Imports, sources: Vec<Option<Arc<dyn Source>>>) -> Result<Self, Error> {
        let mut host = Self {
            layers: Vec::new(),
            modules: BTreeMap::new(),
            choosers: BTreeMap::new(),
            sources,
            lent: BTreeMap::new(),
        };
        for (number, part) in (0..).zip(imports.parts()?) {
            let layer = match part {
                Part::Nothing => Layer::Nothing,
                Part::Chosen(choose) => {
                    host.choosers.insert(number, choose.clone());
                    Layer::Chosen
                }
                Part::Module(module) => {
                    host.modules.insert(number, module.clone());
                    Layer::Module(describe(module, number)?)
                }
                Part::Value(name, value) => Layer::Value(name.to_owned(), value),
                Part::Source(stub) => Layer::Source(stub.clone()),
                Part::Without(names) => Layer::Without(names.to_vec()),
                Part::Policy(policy) => Layer::Policy(policy.clone()),
                Part::Limits(_) => {
                    let text = "an isolate has the limits that it is started with, and none by its imports";
                    return Err(Error::malformed(text));
                }
                _ => return Err(Error::malformed("a part of the imports has no form in an isolate")),
            };
            host.layers.push(layer);
        }
        Ok(host)
    }

    /// What answers for a snapshot that was saved: by these imports, which have to be those that it was made with. Without any, by none,
    /// where it has no need of the host.
    ///
    /// # Errors
    /// Other imports; none, where functions of the host's are among the snapshot's.
    pub(crate) fn restored(layers: Vec<Layer>, lent: &[Lent], imports: Option<&Imports>) -> Result<Self, Error> {
        if let Some(imports) = imports {
            let mut host = Self::new(imports, Vec::new())?;
            host.take(lent);
            // Of a snapshot that was made in JavaScript no more is known than the functions that it has.
            let missing = lent.iter().find(|lent| host.place(lent).is_none());
            if missing.is_some() || lent.is_empty() && host.layers != layers {
                return Err(Error::malformed("the snapshot was made with other imports than these"));
            }
            host.layers = layers;
            return Ok(host);
        }
        let host = Self::absent(layers, lent);
        match host.needs() {
            None => Ok(host),
            Some(what) => {
                let text = format!("the snapshot needs {what}: open it with the imports that it was made with");
                Err(Error::malformed(text))
            }
        }
    }

    /// What answers nothing.
    pub(crate) fn absent(layers: Vec<Layer>, lent: &[Lent]) -> Self {
        let (modules, choosers, sources) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut host = Self { layers, modules, choosers, sources, lent: BTreeMap::new() };
        host.take(lent);
        host
    }

    fn take(&mut self, lent: &[Lent]) {
        // A number of the guest's own would be no function of a host.
        self.lent = lent.iter().filter(|lent| lent.number >= LENT).map(|lent| (lent.number, lent.clone())).collect();
    }

    /// The module and the member that a function is of.
    fn place(&self, lent: &Lent) -> Option<(&HostModule, usize)> {
        let module = self.modules.values().find(|module| module.name() == lent.module)?;
        let member = module.members().ok()?.into_iter().find_map(|(name, member)| match member {
            MemberData::Function(number) if name == lent.name => Some(number),
            _ => None,
        });
        Some((module, member?))
    }

    /// What of the host's the imports can't do without, in words.
    pub(crate) fn needs(&self) -> Option<String> {
        let layers = self.layers.iter().find_map(|layer| match layer {
            Layer::Chosen => Some("a function that chooses what is imported".to_owned()),
            Layer::Module(module) if module.has_functions() => Some(functions_of(&module.name)),
            _ => None,
        });
        layers.or_else(|| self.lent.values().next().map(|lent| functions_of(&lent.module)))
    }

    /// The label of a source whose files are asked for, if there is one.
    pub(crate) fn asked(&self) -> Option<&str> {
        self.sources.iter().flatten().next().map(|source| source.label())
    }

    /// The imports as the guest is told of them.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Answers a question of an isolate.
    pub(crate) fn answer(&self, ask: Ask, session: &Session, until: Option<Instant>, kept: Kept<'_>) -> Answer {
        // Whatever belongs to the host may panic: what chooses, sources, observers.
        let answer = catch_unwind(AssertUnwindSafe(|| self.try_answer(ask, session, until, kept)));
        let panicked = |panic| Err(Error::raise("RuntimeError", panic_text(panic)));
        answer.unwrap_or_else(panicked).unwrap_or_else(|error| Answer::Failed(Box::new(Report::new(error))))
    }

    fn try_answer(&self, ask: Ask, session: &Session, until: Option<Instant>, kept: Kept<'_>) -> Result<Answer, Error> {
        match ask {
            Ask::Choose { number, question } => self.choice(number, session, |choose| choose.choose(&question)),
            Ask::Call { module, member, arguments } => self
                .with_module(module, session, |module| module.call_member(member, arguments, kept))
                .map(Answer::Value),
            Ask::Find { source, path, lookup } => Ok(Answer::Found(self.find(source, &path, &lookup))),
            Ask::Compile(source) => {
                Ok(Answer::Code(session.compiler.as_ref().and_then(|compiler| compiler.compile(source, until))))
            }
            // The text takes up three times as much, and more is no module's source by any limit.
            Ask::Decode { bytes, .. } if bytes.0.len() > LONGEST_SOURCE => Ok(Answer::Nothing),
            Ask::Decode { label, bytes } => Ok(match encodings::decode(&label, &bytes.0) {
                Some(Decoded { encoding, text }) => Answer::Decoded { encoding, text },
                None => Answer::Nothing,
            }),
            Ask::CharacterNamed(name) => Ok(named(unicode_names2::character(&name).filter(|found| {
                // The tables take `latinsmalllettera` for a name, too.
                unicode_names2::name(*found).is_some_and(|own| own.to_string() == name)
            }))),
            Ask::NameOf(character) => Ok(named(unicode_names2::name(character))),
            Ask::Tell(event) => {
                session.tell(event);
                Ok(Answer::Done)
            }
            Ask::Sleep(_) => Err(Error::raise("OSError", "nothing can sleep in an isolate")),
            Ask::Use { object, act } => self.use_lent(object, act, kept),
            Ask::LetGo(_) => Ok(Answer::Done),
        }
    }

    /// What a function does that a host in JavaScript lent to the snapshot.
    fn use_lent(&self, object: u32, act: Act, kept: Kept<'_>) -> Result<Answer, Error> {
        let lent = self.lent.get(&object);
        let lent = lent.ok_or_else(|| Error::malformed(format!("there is no object {object} of the host's")))?;
        match act {
            Act::Call { keywords, .. } if !keywords.is_empty() => {
                Err(Error::raise("TypeError", format!("{}() takes no keyword arguments", lent.name)))
            }
            Act::Call { arguments, .. } => match self.place(lent) {
                Some((module, member)) => module.call_member(member, arguments, kept).map(Answer::Value),
                None => Err(Error::malformed(format!("the host has no `{}.{}`", lent.module, lent.name))),
            },
            Act::Show => Ok(Answer::Value(Value::Text(format!("<function {}.{}>", lent.module, lent.name)))),
            Act::Names => Ok(Answer::Value(Value::List(Vec::new()))),
            Act::Get(_) | Act::Set(..) => Ok(Answer::Nothing),
        }
    }

    fn choice(&self, number: u32, session: &Session, ask: impl FnOnce(&dyn Choose) -> Chosen) -> Result<Answer, Error> {
        let choose = self.choosers.get(&number);
        let choose = choose.ok_or_else(|| Error::malformed(format!("nobody chooses under the number {number}")))?;
        chosen(ask(&**choose), session).map(Answer::Choice)
    }

    fn with_module<R>(
        &self,
        number: u32,
        session: &Session,
        f: impl FnOnce(&HostModule) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let missing = || Error::malformed(format!("there is no module {number} of the host's"));
        if let Some(at) = number.checked_sub(HANDED) {
            let handed = session.handed.lock().unwrap_or_else(PoisonError::into_inner).get(at as usize).cloned();
            return f(&handed.ok_or_else(missing)?);
        }
        f(self.modules.get(&number).ok_or_else(missing)?)
    }

    fn find(&self, source: usize, path: &str, lookup: &Lookup) -> Found {
        let Some(Some(source)) = self.sources.get(source) else { return Found::Nothing };
        // A guest may ask for anything, and a source may take a path for what it looks like.
        if !is_inside(path) {
            return Found::Nothing;
        }
        let found = match lookup {
            Lookup::Read => source.read(path).map(|bytes| bytes.map(|bytes| Found::File(Content(bytes.to_vec())))),
            Lookup::Probe => source.probe(path).map(|shape| match shape? {
                Shape::Folder => Some(Found::Folder(Vec::new())),
                Shape::File => Some(Found::File(Content(Vec::new()))),
                Shape::Native => None,
            }),
            Lookup::List => source.list(path).map(|entries| {
                let name = |entry: exocet::source::Entry| match entry.shape {
                    Shape::Folder => format!("{}/", entry.name),
                    Shape::File | Shape::Native => entry.name,
                };
                Some(Found::Folder(entries?.into_iter().flatten().map(name).collect()))
            }),
        };
        match found {
            Ok(found) => found.unwrap_or(Found::Nothing),
            Err(cause) => Found::Unreadable(cause.to_string()),
        }
    }
}

impl Session {
    pub(crate) fn new(observer: Option<Arc<dyn Observer>>) -> Self {
        Self { observer, ..Self::default() }
    }

    /// The session in which a snapshot is made: it keeps events, and has a compiler.
    pub(crate) fn making(observer: Option<Arc<dyn Observer>>, compiler: Compiler) -> Self {
        Self { observer, events: Some(Mutex::default()), compiler: Some(compiler), ..Self::default() }
    }

    pub(crate) fn keeps_events(&self) -> bool {
        self.events.is_some()
    }

    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    fn tell(&self, event: Event) {
        if let Some(observer) = &self.observer {
            observer.event(&event);
        }
        if let Some(events) = &self.events {
            events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }
    }

    /// The events that were kept, which are taken away.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        self.events.take().map(|events| events.into_inner().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default()
    }

    fn hand_out(&self, module: HostModule) -> Result<Module, Error> {
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(handed.len()).ok().filter(|at| *at < MOST_HANDED).map(|at| at + HANDED);
        let number = number.ok_or_else(|| Error::malformed("too many modules were handed out"))?;
        let description = describe(&module, number)?;
        handed.push(module);
        Ok(description)
    }
}

/// A choice as the guest gets it.
fn chosen(choice: Chosen, session: &Session) -> Result<Choice, Error> {
    Ok(match choice {
        Chosen::PassThrough => Choice::PassThrough,
        Chosen::NotMine => Choice::NotMine,
        Chosen::Denied(reason) => Choice::Denied(reason),
        Chosen::Rename(name) => Choice::Rename(name),
        Chosen::Source(text) => Choice::Source(text),
        Chosen::Load { name, imports: None } => Choice::Load { name, imports: None },
        Chosen::Attenuated { of, only } => Choice::Attenuated { of: Box::new(chosen(*of, session)?), only },
        Chosen::Value(value) => Choice::Value(value),
        Chosen::Module(module) => Choice::Module(session.hand_out(module)?),
        Chosen::Failed(error) => return Err(error),
        other => return Err(Error::malformed(format!("{other:?} has no form in an isolate"))),
    })
}

/// What was found in the tables of names.
fn named(found: Option<impl ToString>) -> Answer {
    found.map_or(Answer::Nothing, |found| Answer::Value(Value::Text(found.to_string())))
}

fn functions_of(module: &str) -> String {
    format!("the functions of the host's `{module}`")
}

impl Module {
    fn has_functions(&self) -> bool {
        self.members.iter().any(|(_, member)| matches!(member, MemberData::Function(_)))
    }
}

/// What the host's code said when it panicked.
pub(crate) fn panic_text(panic: Box<dyn Any + Send>) -> String {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the host panicked: {}", said.unwrap_or_default())
}

/// Whether a path stays inside of its source, as the paths of modules do. A source may rely on that.
fn is_inside(path: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']);
    path.is_empty() || path.split('/').all(is_name)
}

fn describe(module: &HostModule, number: u32) -> Result<Module, Error> {
    let members = module.members()?.into_iter().map(|(name, member)| (name.to_owned(), member)).collect();
    Ok(Module { number, name: module.name().to_owned(), doc: module.text().map(str::to_owned), members })
}
