//! Rhai: scripts as modules, as its `import` makes them.

use crate::{COMMON, NORMAL, TEXT, language::Language};
use rhai::{
    AST, Array, CallFnOptions, Engine, Module, Scope,
    packages::{Package, StandardPackage},
};
use std::rc::Rc;

const PLUGIN: &str = include_str!("../plugins/plugin.rhai");

/// Run behind the plugin's text.
const CHECK: &str = "let made = counter(); made.add(TEXT); made.most_common(2)";

pub struct Rhai {
    engine: Engine,
    code: Rc<AST>,
    library: StandardPackage,
}

fn compile(engine: &Engine, text: &str) -> AST {
    engine.compile(text).expect("it is a script")
}

fn normalise(engine: &Engine, code: &AST, is_new: bool) -> String {
    let options = CallFnOptions::new().eval_ast(is_new);
    engine.call_fn_with_options(options, &mut Scope::new(), code, "normalise", (TEXT,)).expect("it returns")
}

impl Language for Rhai {
    type Interpreter = Engine;
    type Code = Rc<AST>;
    type Module = Module;

    fn start() -> Engine {
        let engine = Engine::new();
        engine.run("").expect("it runs");
        engine
    }

    fn new() -> Self {
        let engine = Self::start();
        let code = Rc::new(compile(&engine, PLUGIN));
        Self { engine, code, library: StandardPackage::new() }
    }

    fn load_text(&self) -> Module {
        self.load(Rc::new(compile(&self.engine, PLUGIN)))
    }

    fn code(&self) -> Rc<AST> {
        self.code.clone()
    }

    fn load(&self, code: Rc<AST>) -> Module {
        Module::eval_ast_as_new(Scope::new(), &code, &self.engine).expect("it runs")
    }

    /// Who imports the module can call it; methods need the script.
    fn check(&self, plugin: &Module) {
        let mut importing = Self::start();
        importing.register_static_module("plugin", plugin.clone().into());
        assert_eq!(importing.eval::<String>(&format!("plugin::normalise({TEXT:?})")).expect("it runs"), NORMAL);
        let code = compile(&self.engine, &format!("{PLUGIN}{}", CHECK.replace("TEXT", &format!("{TEXT:?}"))));
        let words: Array = self.engine.eval_ast(&code).expect("it runs");
        assert_eq!(words.into_iter().map(|word| word.into_string().expect("it is a word")).collect::<Vec<_>>(), COMMON);
    }

    fn call(&self) -> String {
        normalise(&self.engine, &self.code, false)
    }

    fn isolated(&self, code: Rc<AST>) -> String {
        let mut engine = Engine::new_raw();
        self.library.register_into_engine(&mut engine);
        engine.set_max_operations(10_000_000).set_max_call_levels(100).set_max_modules(10);
        engine.set_max_string_size(64 << 20).set_max_array_size(1 << 20).set_max_map_size(1 << 20);
        normalise(&engine, &code, true)
    }
}
