//! Any bytes as a module's source, compiled by an interpreter as a load compiles them, and never run: a code object or an
//! exception, and no panic. This is the way of text with errors and warnings in it, which an interpreter has to tell of.
#![no_main]

use exocet::{
    Memory, Runtime, Source, fuzzing,
    raw::{describe, search_path},
};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

struct Setting {
    memory: Arc<Memory>,
    runtime: Runtime,
}

thread_local! {
    /// One interpreter for all inputs, as each leaves memory behind.
    static SETTING: Setting = {
        let memory = Arc::new(Memory::new("<fuzz>"));
        let source: Arc<dyn Source> = memory.clone();
        let builder = Runtime::builder().isolated().shared_source(source);
        let runtime = builder.build().expect("it starts");
        // Each warning would be printed.
        let quiet = "import _warnings\n_warnings.filters.insert(0, ('ignore', None, Warning, None, 0))";
        let quieted = runtime.try_enter(|vm| vm.run_string(vm.new_scope_with_builtins(), quiet, "<fuzz>").map(drop));
        quieted.expect("there is a table of filters");
        Setting { memory, runtime }
    };
}

fuzz_target!(|bytes: &[u8]| {
    SETTING.with(|Setting { memory, runtime }| {
        memory.insert("m.py", bytes);
        let ended = runtime.try_enter(|vm| {
            let handle = search_path(vm).and_then(|path| path.get("m").map_err(|error| error.into_exception(vm)))?;
            let compiled = fuzzing::unit(&handle, vm);
            exocet::raw::forget_units(vm);
            Ok(compiled.map_err(|error| describe(&error, vm)))
        });
        exocet::compile::forget_compiled_code();
        let compiled = ended.expect("neither the search path nor the interpreter is to blame");
        if let Err(error) = compiled {
            let known =
                ["SyntaxError", "IndentationError", "TabError", "RecursionError", "ValueError", "OverflowError"];
            let known = known.iter().any(|kind| error.starts_with(kind));
            assert!(known, "{error}");
        }
    });
});
