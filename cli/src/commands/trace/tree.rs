//! Loads below the loads that they belong to, and the times that follow from it.

use exocet::observe::{Code, Decision, Event, Load};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::collections::HashMap;

/// A record as a tree.
pub(crate) struct Tree<'a> {
    /// Each load after the one that it belongs to, otherwise in the order in which they began.
    pub(crate) loads: Vec<Node<'a>>,
    /// All decisions, in the order in which they were made.
    pub(crate) decisions: Vec<&'a Decision>,
    /// What became code and is no module's, in that order too.
    pub(crate) code: Vec<&'a Code>,
}

/// A load in the tree. Times are in nanoseconds.
pub(crate) struct Node<'a> {
    pub(crate) load: &'a Load,
    pub(crate) depth: usize,
    /// Compiling and running, with all that was loaded meanwhile.
    pub(crate) total: u64,
    /// The same without what was loaded meanwhile.
    pub(crate) own: u64,
    /// How many decisions were made for it, and for no load inside of it.
    pub(crate) decisions: usize,
}

impl<'a> Tree<'a> {
    /// # Errors
    /// Two loads of the same number.
    pub(crate) fn new(events: &'a [Event]) -> Result<Self, String> {
        let (mut loads, mut decisions, mut code) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            match event {
                Event::Load(load) => loads.push(load),
                Event::Decision(decision) => decisions.push(decision),
                Event::Code(made) => code.push(made),
                // Whatever else happens is neither a load nor a part of one.
                _ => {}
            }
        }
        loads.sort_by_key(|load| (load.at, load.id));
        decisions.sort_by_key(|decision| decision.at);
        code.sort_by_key(|code| code.at);
        let mut places = HashMap::new();
        for (at, load) in loads.iter().enumerate() {
            if places.insert(load.id, at).is_some() {
                return Err(format!("two loads have the number {}", load.id));
            }
        }
        let mut asked: HashMap<u64, usize> = HashMap::new();
        for load in decisions.iter().filter_map(|decision| decision.load) {
            *asked.entry(load).or_default() += 1;
        }
        let mut below = vec![Vec::new(); loads.len()];
        let mut roots = Vec::new();
        for (at, load) in loads.iter().enumerate() {
            // One that isn't over has no event yet. A load has a greater number than the one that it belongs to, so whatever
            // the record says, there are no circles.
            let parent = load.parent.filter(|parent| *parent < load.id).and_then(|parent| places.get(&parent));
            match parent {
                Some(parent) => below[*parent].push(at),
                None => roots.push(at),
            }
        }
        let total = |at: usize| loads[at].compile.saturating_add(loads[at].run);
        let mut nodes = Vec::with_capacity(loads.len());
        let mut stack: Vec<_> = roots.iter().rev().map(|at| (*at, 0)).collect();
        while let Some((at, depth)) = stack.pop() {
            let inner = below[at].iter().map(|child| total(*child)).fold(0, u64::saturating_add);
            let decisions = asked.get(&loads[at].id).copied().unwrap_or(0);
            // Loads on other threads may take longer than the one that they belong to.
            let own = total(at).saturating_sub(inner);
            nodes.push(Node { load: loads[at], depth, total: total(at), own, decisions });
            stack.extend(below[at].iter().rev().map(|child| (*child, depth + 1)));
        }
        Ok(Self { loads: nodes, decisions, code })
    }

    /// The code that has a file, and how many texts have none.
    pub(crate) fn files(&self) -> (Vec<&'a Code>, usize) {
        let (texts, files): (Vec<&Code>, Vec<&Code>) = self.code.iter().partition(|code| code.file.starts_with('<'));
        (files, texts.len())
    }

    /// The decisions that were made for none of the loads.
    pub(crate) fn outside(&self) -> usize {
        self.decisions.len() - self.loads.iter().map(|node| node.decisions).sum::<usize>()
    }
}

impl Node<'_> {
    /// What it raised, in one line.
    pub(crate) fn error(&self) -> Option<&str> {
        self.load.error.as_deref().map(|error| error.lines().next().unwrap_or("no message"))
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tree = serializer.serialize_struct("Tree", 3)?;
        tree.serialize_field("loads", &Forest { nodes: &self.loads, depth: 0 })?;
        tree.serialize_field("decisions", &self.decisions)?;
        tree.serialize_field("code", &self.code)?;
        tree.end()
    }
}

/// Nodes that follow one another, of which those of `depth` have the others below them.
struct Forest<'a> {
    nodes: &'a [Node<'a>],
    depth: usize,
}

impl Serialize for Forest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_first = |node: &Node<'_>| node.depth == self.depth;
        let trees = self.nodes.chunk_by(|_, next| !is_first(next));
        serializer.collect_seq(trees.map(|nodes| Branch { nodes }))
    }
}

/// A node, and then all that is below it.
struct Branch<'a> {
    nodes: &'a [Node<'a>],
}

impl Serialize for Branch<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Node { load, depth, total, own, decisions } = &self.nodes[0];
        let mut branch = serializer.serialize_struct("Load", 11)?;
        branch.serialize_field("name", &load.name)?;
        branch.serialize_field("id", &load.id)?;
        branch.serialize_field("thread", &load.thread)?;
        branch.serialize_field("origin", &load.origin)?;
        branch.serialize_field("fresh", &load.fresh)?;
        branch.serialize_field("at", &load.at)?;
        branch.serialize_field("total_ns", total)?;
        branch.serialize_field("self_ns", own)?;
        branch.serialize_field("decisions", decisions)?;
        branch.serialize_field("error", &load.error)?;
        branch.serialize_field("loads", &Forest { nodes: &self.nodes[1..], depth: depth + 1 })?;
        branch.end()
    }
}
