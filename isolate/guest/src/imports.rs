//! What modules import, as the host describes it.

use crate::{
    boundary::{Answer, Ask, Choice, Layer, Module},
    host,
    objects::Objects,
};
use exocet::{
    Error, HostModule, Imports, Question,
    values::{MemberData, Value, Wanted},
    vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs},
};

/// The imports that these layers are, the outermost first.
pub(crate) fn imports(layers: Vec<Layer>) -> Imports {
    let mut imports = Imports::pass_through();
    for (number, layer) in layers.into_iter().enumerate().rev() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        imports = match layer {
            Layer::Nothing => Imports::none(),
            Layer::Chosen => Imports::chosen(move |question| choose(number, question)),
            Layer::Module(module) => imports.with_module(host_module(module)),
            Layer::Value(name, value) => {
                imports.with_raw_value(name, move |vm| value.clone().into_object(&Objects, vm))
            }
            Layer::Source(stub) => imports.with_source(stub.name, stub.file, stub.text),
            Layer::Without(names) => imports.without(names),
            Layer::Policy(policy) => imports.with_policy(policy),
        };
    }
    imports
}

/// Asks the host what an import gets.
fn choose(number: u32, question: &Question) -> exocet::Choice {
    let answer = host::ask(&Ask::Choose { number, question: question.clone() });
    match answer {
        Ok(Answer::Choice(choice)) => match choice {
            Choice::PassThrough => exocet::Choice::PassThrough,
            Choice::NotMine => exocet::Choice::NotMine,
            Choice::Denied(reason) => exocet::Choice::Denied(reason),
            Choice::Rename(name) => exocet::Choice::Rename(name),
            Choice::Source(text) => exocet::Choice::Source(text),
            Choice::Module(module) => exocet::Choice::Module(host_module(module)),
            Choice::Value(value) => exocet::Choice::Value(value),
        },
        Ok(other) => exocet::Choice::Failed(Error::malformed(format!("the host answered {other:?}"))),
        Err(error) => exocet::Choice::Failed(error),
    }
}

fn host_module(description: Module) -> HostModule {
    let number = description.number;
    let mut module = HostModule::new(description.name);
    if let Some(doc) = description.doc {
        module = module.doc(doc);
    }
    for (name, member) in description.members {
        module = match member {
            MemberData::Function(member) => {
                let label = name.clone();
                module.raw_function(name, move |args, vm| call(number, member, &label, args, vm))
            }
            MemberData::Value(value) => module.raw_value(name, move |vm| value.clone().into_object(&Objects, vm)),
            MemberData::Values(value) => module.raw_value("", move |vm| value.clone().into_object(&Objects, vm)),
        };
    }
    module
}

/// Calls a function of the host's.
fn call(module: u32, member: usize, name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if !args.kwargs.is_empty() {
        return Err(vm.new_type_error(format!("{name}() takes no keyword arguments")));
    }
    let value = |object: PyObjectRef| Value::of_object(object, Wanted::Value, &Objects, vm);
    let arguments = args.args.into_iter().map(value).collect::<PyResult<_>>()?;
    match host::ask(&Ask::Call { module, member, arguments }) {
        Ok(Answer::Value(value)) => value.into_object(&Objects, vm),
        Ok(other) => Err(vm.new_runtime_error(format!("the host answered {other:?}"))),
        Err(error) => Err(error.into_exception(vm)),
    }
}
