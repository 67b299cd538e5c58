//! Starlark: modules that are frozen when they are loaded, as those are that other modules load.

use crate::{COMMON, NORMAL, TEXT, language::Language};
use starlark::{
    environment::{FrozenModule, Globals, LibraryExtension, Module},
    eval::Evaluator,
    syntax::{AstModule, Dialect},
};
use std::time::Instant;

const PLUGIN: &str = include_str!("../plugins/plugin.star");

/// Run where the plugin's names are known.
const CHECK: &str =
    "made = Counter()\nmade.add(TEXT)\nnormal, common = normalise(TEXT), \" \".join(made.most_common(2))";

pub struct Starlark {
    globals: Globals,
    plugin: FrozenModule,
}

fn parse(text: &str) -> AstModule {
    let dialect = Dialect { enable_keyword_only_arguments: true, ..Dialect::Standard };
    AstModule::parse("plugin.star", text.to_owned(), &dialect).expect("it is one")
}

fn load(code: AstModule, globals: &Globals) -> FrozenModule {
    Module::with_temp_heap(|module| {
        Evaluator::new(&module).eval_module(code, globals).expect("it runs");
        module.freeze().expect("it can be frozen")
    })
}

impl Language for Starlark {
    type Interpreter = (Globals, FrozenModule);
    type Code = AstModule;
    type Module = FrozenModule;

    fn start() -> Self::Interpreter {
        let globals = Globals::extended_by(&[LibraryExtension::StructType]);
        let module = load(parse(""), &globals);
        (globals, module)
    }

    fn new() -> Self {
        let (globals, _) = Self::start();
        let plugin = load(parse(PLUGIN), &globals);
        Self { globals, plugin }
    }

    fn load_text(&self) -> FrozenModule {
        load(self.code(), &self.globals)
    }

    fn code(&self) -> AstModule {
        parse(PLUGIN)
    }

    fn load(&self, code: AstModule) -> FrozenModule {
        load(code, &self.globals)
    }

    fn check(&self, plugin: &FrozenModule) {
        Module::with_temp_heap(|module| {
            module.import_public_symbols(plugin);
            let code = parse(&CHECK.replace("TEXT", &format!("{TEXT:?}")));
            Evaluator::new(&module).eval_module(code, &self.globals).expect("it runs");
            assert_eq!(module.get("normal").and_then(|value| value.unpack_str()), Some(NORMAL));
            assert_eq!(module.get("common").and_then(|value| value.unpack_str()), Some(&*COMMON.join(" ")));
        });
    }

    fn call(&self) -> String {
        self.calls(1);
        NORMAL.to_owned()
    }

    /// By one evaluator.
    fn calls(&self, times: u32) -> f64 {
        Module::with_temp_heap(|module| {
            module.import_public_symbols(&self.plugin);
            let mut evaluator = Evaluator::new(&module);
            evaluator.eval_module(parse("called = normalise"), &self.globals).expect("it runs");
            let function = module.get("called").expect("it is there");
            let began = Instant::now();
            for _ in 0..times {
                let text = module.heap().alloc(TEXT);
                let result = evaluator.eval_function(function, &[text], &[]).expect("it returns");
                assert_eq!(result.unpack_str().expect("it is a string").to_owned(), NORMAL);
            }
            began.elapsed().as_secs_f64()
        })
    }

    fn isolated(&self, code: AstModule) -> String {
        Module::with_temp_heap(|module| {
            let mut evaluator = Evaluator::new(&module);
            evaluator.set_max_tick_count(10_000_000).expect("it is the first");
            evaluator.set_max_heap_size(64 << 20).expect("it is the first");
            evaluator.set_max_callstack_size(100).expect("it is the first");
            evaluator.eval_module(code, &self.globals).expect("it runs");
            let function = module.get("normalise").expect("it is there");
            let result = evaluator.eval_function(function, &[module.heap().alloc(TEXT)], &[]).expect("it returns");
            result.unpack_str().expect("it is a string").to_owned()
        })
    }
}
