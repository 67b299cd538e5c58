//! What modules import, as the host describes it.

use crate::{
    boundary::{Answer, Ask, Choice, Layer, Module},
    host, interpreter,
    lent::{JavaScript, outcome},
    objects::Objects,
    source,
};
use exocet::{
    Error, HostModule, Imports, Object, Question, Runtime,
    modules::{Location, SearchPath},
    raw,
    values::{MemberData, Value, Wanted},
    vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs},
};

/// The imports that these layers are, the outermost first.
pub(crate) fn imports(layers: Vec<Layer>, runtime: &Runtime) -> Result<Imports, Error> {
    let mut imports = Imports::pass_through();
    for (number, layer) in layers.into_iter().enumerate().rev() {
        imports = with(&imports, number, layer, runtime)?;
    }
    Ok(imports)
}

/// A layer before others; `number` is its place among them.
pub(crate) fn with(below: &Imports, number: usize, layer: Layer, runtime: &Runtime) -> Result<Imports, Error> {
    Ok(match layer {
        Layer::Nothing => Imports::none(),
        Layer::Chosen => {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            Imports::chosen(move |question| choose(number, question))
        }
        Layer::Asked(asked) => {
            let asked = runtime.try_enter(|vm| asked.into_object(&Objects, vm))?;
            let number = asked.downcast_ref::<JavaScript>().map_or(u32::MAX, |asked| asked.number());
            // The function is held as long as it may be asked.
            let choose = move |question: &Question| {
                let _held = &asked;
                choose(number, question)
            };
            chain(Imports::chosen(choose), below, runtime)?
        }
        Layer::Rename(from, to) => {
            let renaming = runtime.try_enter(|vm| {
                Object::new(raw::redirect([(from, to)], vm), vm).map_err(|error| error.into_exception(vm))
            })?;
            chain(Imports::from_object(renaming), below, runtime)?
        }
        Layer::Realm(names) => runtime.realm(names, below)?.imports(),
        Layer::RealmOf(sources) => {
            let locations = sources.into_iter().map(|data| Location::root(source::handed_in(data)));
            runtime.realm_of(&SearchPath::from_locations(locations), below)?.imports()
        }
        Layer::Module(module) => below.with_module(host_module(module)),
        Layer::Value(name, value) => below.with_raw_value(name, move |vm| value.clone().into_object(&Objects, vm)),
        Layer::Source(stub) => below.with_source(stub.name, stub.file, stub.text),
        Layer::Without(names) => below.without(names),
        Layer::Policy(policy) => below.with_policy(policy),
    })
}

/// Imports of which the first are asked first.
fn chain(first: Imports, below: &Imports, runtime: &Runtime) -> Result<Imports, Error> {
    let chained = runtime.try_enter(|vm| {
        let chained = raw::chain([first.mapper(vm)?, below.mapper(vm)?], vm);
        Object::new(chained, vm).map_err(|error| error.into_exception(vm))
    })?;
    Ok(Imports::from_object(chained))
}

/// Asks the host what an import gets.
fn choose(number: u32, question: &Question) -> exocet::Choice {
    match host::ask(&Ask::Choose { number, question: question.clone() }) {
        Ok(Answer::Choice(choice)) => chosen(choice),
        Ok(other) => exocet::Choice::Failed(Error::malformed(format!("the host answered {other:?}"))),
        Err(error) => exocet::Choice::Failed(error),
    }
}

fn chosen(choice: Choice) -> exocet::Choice {
    match choice {
        Choice::PassThrough => exocet::Choice::PassThrough,
        Choice::NotMine => exocet::Choice::NotMine,
        Choice::Denied(reason) => exocet::Choice::Denied(reason),
        Choice::Rename(name) => exocet::Choice::Rename(name),
        Choice::Source(text) => exocet::Choice::Source(text),
        Choice::Load { name, imports } => {
            let imports = imports.map(interpreter::imports_of).transpose();
            imports.map_or_else(exocet::Choice::Failed, |imports| exocet::Choice::Load { name, imports })
        }
        Choice::Attenuated { of, only } => exocet::Choice::Attenuated { of: Box::new(chosen(*of)), only },
        Choice::Module(module) => exocet::Choice::Module(host_module(module)),
        Choice::Value(value) => {
            interpreter::object_of(value).map_or_else(exocet::Choice::Failed, exocet::Choice::Object)
        }
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
    let result = outcome(host::ask(&Ask::Call { module, member, arguments }), vm)?;
    Ok(result.unwrap_or_else(|| vm.ctx.none()))
}
