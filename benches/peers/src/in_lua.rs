//! Lua: a chunk that returns a table, as those are that `require` loads.

use crate::{COMMON, NORMAL, TEXT, language::Language};
use mlua::{HookTriggers, LuaOptions, ObjectLike, StdLib, Table, VmState, chunk::ChunkMode, debug::Debug};
use std::{cell::Cell, rc::Rc};

const PLUGIN: &str = include_str!("../plugins/plugin.lua");

pub struct Lua {
    state: mlua::Lua,
    code: Rc<[u8]>,
    plugin: Table,
}

fn load(state: &mlua::Lua, code: &[u8], mode: ChunkMode) -> Table {
    state.load(code).set_name("plugin").set_mode(mode).eval().expect("it runs")
}

fn normalise(plugin: &Table) -> String {
    plugin.call_function("normalise", TEXT).expect("it returns")
}

impl Language for Lua {
    type Interpreter = mlua::Lua;
    type Code = Rc<[u8]>;
    type Module = Table;

    fn start() -> mlua::Lua {
        let state = mlua::Lua::new();
        state.load("").exec().expect("it runs");
        state
    }

    fn new() -> Self {
        let state = Self::start();
        let code: Rc<[u8]> = state.load(PLUGIN).into_function().expect("it compiles").dump(false).into();
        let plugin = load(&state, &code, ChunkMode::Binary);
        Self { state, code, plugin }
    }

    fn load_text(&self) -> Table {
        load(&self.state, PLUGIN.as_bytes(), ChunkMode::Text)
    }

    fn code(&self) -> Rc<[u8]> {
        self.code.clone()
    }

    fn load(&self, code: Rc<[u8]>) -> Table {
        load(&self.state, &code, ChunkMode::Binary)
    }

    fn check(&self, plugin: &Table) {
        assert_eq!(normalise(plugin), NORMAL);
        let class: Table = plugin.get("Counter").expect("it is there");
        let counter: Table = class.call_function("new", ()).expect("it returns");
        counter.call_method::<()>("add", TEXT).expect("it returns");
        assert_eq!(counter.call_method::<Vec<String>>("most_common", 2).expect("it returns"), COMMON);
    }

    fn call(&self) -> String {
        normalise(&self.plugin)
    }

    fn isolated(&self, code: Rc<[u8]>) -> String {
        let libraries = StdLib::STRING | StdLib::TABLE | StdLib::MATH;
        let state = mlua::Lua::new_with(libraries, LuaOptions::new()).expect("it starts");
        state.set_memory_limit(64 << 20).expect("it can have one");
        let left = Cell::new(1000);
        let count = move |_: &mlua::Lua, _: &Debug<'_>| {
            left.set(left.get() - 1);
            if left.get() > 0 { Ok(VmState::Continue) } else { Err(mlua::Error::runtime("it takes too long")) }
        };
        state.set_hook(HookTriggers::new().every_nth_instruction(10_000), count).expect("it can have one");
        normalise(&load(&state, &code, ChunkMode::Binary))
    }
}
