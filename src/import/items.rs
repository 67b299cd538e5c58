//! `from ... import`: the items that the importing module gets.

use super::{
    forms::ImportForms,
    missing::{Miss, new_nameless_error, not_found},
    parent_view::ImportedFrom,
    resolve::{ask, import_shared, pass_through, try_resolve},
};
use crate::mapper::{
    contract::{Answer, Below},
    lookup::is_absence_of,
    request::{Item, Request},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyModule, PyStr, PyTuple},
};

/// What a module has under the name of an item.
struct Attribute {
    /// The module's names, where it is nothing but a module.
    plain: Option<PyDictRef>,
    own: Option<PyObjectRef>,
    is_package: bool,
}

impl Attribute {
    fn of(module: &PyObject, item: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Self> {
        let plain = module.downcast_ref_if_exact::<PyModule>(vm).map(Py::<PyModule>::dict);
        let (own, is_package) = match &plain {
            Some(dict) => (dict.get_item_opt(item, vm)?, dict.contains_key("__path__", vm)),
            None => (vm.get_attribute_opt(module, item)?, vm.get_attribute_opt(module, "__path__")?.is_some()),
        };
        let own = match own {
            // As CPython does, a package is asked for the attribute before its folder is searched.
            None if is_package && plain.is_some() => vm.get_attribute_opt(module, item)?,
            own => own,
        };
        Ok(Self { plain, own, is_package })
    }
}

impl ImportForms {
    /// `from a.b import x, y` and `from a.b import *`.
    pub(crate) fn import_from(
        &self,
        request: &Request<'_>,
        from: &PyObjectRef,
        statement: bool,
        vm: &VirtualMachine,
    ) -> PyResult {
        let items = match from.downcast_ref::<PyTuple>() {
            Some(tuple) => tuple.as_slice().to_vec(),
            None => from.try_to_value::<Vec<PyObjectRef>>(vm)?,
        };
        let module = match try_resolve(&self.mapper, request, vm)? {
            Ok(module) => module,
            // To the compiler this is no import but a directive; only a denial means it.
            Err(Miss::NotMine) if request.name() == "__future__" => match import_shared(request.name(), vm)? {
                Ok(module) => module,
                Err(miss) => return Err(not_found(&self.mapper, request, miss, vm)),
            },
            Err(miss) => match self.items_of_absent(request, &items, vm)? {
                Some(found) => found,
                None => return Err(not_found(&self.mapper, request, miss, vm)),
            },
        };
        let found = vm.ctx.new_dict();
        let mut star = false;
        let mut complete = true;
        for item in &items {
            let Some(name) = item.downcast_ref::<PyStr>() else {
                let kind = item.class().name().to_owned();
                return Err(vm.new_type_error(format!("Item in ``from list'' must be str, not {kind}")));
            };
            if name.as_bytes() == b"*" {
                star = true;
            } else {
                complete &= self.find_item(request, &module, name, &found, vm)?;
            }
        }
        if star && statement {
            return self.star(request, module, vm);
        }
        if star && vm.get_attribute_opt(&module, "__path__")?.is_some() {
            // A call gets the module itself, once the submodules that it exports are there.
            for name in exported_names(&module, vm)?.unwrap_or_default() {
                if let Some(item) = name.downcast_ref::<PyStr>() {
                    self.find_item(request, &module, item, &found, vm)?;
                }
            }
        }
        if statement && !(complete && found.is_empty()) {
            return Ok(ImportedFrom::new(Some(module), request.name(), found).into_ref(&vm.ctx).into());
        }
        self.present(request.name(), module, vm)
    }

    /// A bare parent, where only what is below it can be had, if that is all of `items`.
    fn items_of_absent(
        &self,
        request: &Request<'_>,
        items: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        if self.mapper.below(request.name(), vm) != Below::Replaced {
            return Ok(None);
        }
        let view = self.view(request.name(), None, vm)?;
        for item in items {
            let Some(part) = item.downcast_ref::<PyStr>() else { return Ok(None) };
            let name = format!("{}.{part}", request.name());
            match try_resolve(&self.mapper, &request.for_item(&name, Item::Absent), vm)? {
                Ok(object) => view.link(part.as_ref(), object, vm)?,
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(view.into()))
    }

    /// Puts what the mapper answers for one item of `from ... import` into `found`. Returns whether the module itself is
    /// known to have the item, unless `found` does.
    fn find_item(
        &self,
        request: &Request<'_>,
        module: &PyObject,
        item: &Py<PyStr>,
        found: &Py<PyDict>,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let attribute = Attribute::of(module, item, vm)?;
        let below = self.mapper.below(request.name(), vm);
        if below == Below::Nothing
            && let Some(own) = &attribute.own
        {
            if attribute.plain.is_none() {
                found.set_item(item, own.clone(), vm)?;
            }
            return Ok(true);
        }
        let name = format!("{}.{item}", request.name());
        let asked = request.for_item(&name, Item::of(attribute.own.as_ref()));
        let own = match self.ask_for_item(&asked, &attribute, vm)? {
            Answer::Object { object } => Some(self.present(&name, object, vm)?),
            Answer::PassThrough if attribute.own.is_none() && attribute.is_package => {
                match pass_through(&self.mapper, &name, vm)? {
                    Ok(submodule) if vm.get_attribute_opt(module, item)?.is_none() => Some(submodule),
                    _ => None,
                }
            }
            Answer::PassThrough | Answer::NotMine => match &attribute.own {
                Some(own) => {
                    let shown = self.present(&name, own.clone(), vm)?;
                    (attribute.plain.is_none() || !shown.is(own)).then_some(shown)
                }
                None => None,
            },
            Answer::Denied { reason } => return Err(not_found(&self.mapper, &asked, Miss::Denied(reason), vm)),
            Answer::Load { .. } | Answer::Rename { .. } | Answer::Attenuated { .. } => {
                try_resolve(&self.mapper, &asked, vm)?.ok()
            }
        };
        if let Some(own) = own {
            found.set_item(item, own, vm)?;
        }
        Ok(attribute.plain.is_some_and(|dict| dict.contains_key(item, vm)))
    }

    /// What the mapper answers for an item of a `from ... import`.
    fn ask_for_item(&self, asked: &Request<'_>, attribute: &Attribute, vm: &VirtualMachine) -> PyResult<Answer> {
        let is_absent = attribute.own.is_none();
        match (ask(&self.mapper, asked, vm), self.mapper.table()) {
            // As in CPython, a submodule that raises that it isn't there itself is an attribute that isn't there.
            (Err(error), Some(_)) if is_absent && is_absence_of(error.as_object(), asked.name(), vm) => {
                Ok(Answer::NotMine)
            }
            (Ok(Answer::NotMine), Some(table)) if is_absent && table.is_barred(asked.name(), vm)? => {
                match attribute.is_package {
                    true => Err(not_found(&self.mapper, asked, Miss::NotMine, vm)),
                    // What is no package is not searched, and has what `sys.modules` has.
                    false => Ok(Answer::object(vm.ctx.none())),
                }
            }
            (answer, _) => answer,
        }
    }

    /// What `from module import *` takes its names from: the module itself, or where the module doesn't hold them all
    /// by itself, a stand-in that has exactly the exported names.
    fn star(&self, request: &Request<'_>, module: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let below = self.mapper.below(request.name(), vm);
        let plain = module.downcast_ref_if_exact::<PyModule>(vm).map(Py::<PyModule>::dict);
        let all = exported_names(&module, vm)?;
        if let (Some(_), None, Below::Nothing | Below::Denied) = (&plain, &all, below) {
            return Ok(module);
        }
        let names = match all.clone() {
            Some(names) => names,
            None => {
                let dict = match &plain {
                    Some(dict) => dict.clone().into(),
                    None => match vm.get_attribute_opt(&module, "__dict__")? {
                        Some(dict) => dict,
                        None => {
                            let message = "from-import-* object has no __dict__ and no __all__";
                            return Err(new_nameless_error(message, vm));
                        }
                    },
                };
                let keys: Vec<PyObjectRef> = dict.try_to_value(vm)?;
                let public =
                    |key: &PyObjectRef| key.downcast_ref::<PyStr>().is_none_or(|key| !key.as_bytes().starts_with(b"_"));
                keys.into_iter().filter(public).collect()
            }
        };
        let exported = vm.ctx.new_dict();
        // In a realm a submodule is imported for its name, and then is an attribute, or else is none.
        let by_attribute = self.mapper.table().is_some() && below == Below::Nothing;
        let found = if by_attribute { vm.ctx.new_dict() } else { exported.clone() };
        let items = || names.iter().filter_map(|name| name.downcast_ref::<PyStr>());
        for item in items() {
            self.find_item(request, &module, item, &found, vm)?;
        }
        for item in items() {
            if !exported.contains_key(item, vm) {
                // The first name that the module lacks is where the statement ends.
                let Some(value) = vm.get_attribute_opt(&module, item)? else { break };
                exported.set_item(item, value, vm)?;
            }
        }
        exported.set_item("__all__", vm.ctx.new_list(names).into(), vm)?;
        let stand_in = PyRef::new_ref(PyModule::new(), vm.ctx.types.module_type.to_owned(), Some(exported));
        stand_in.as_object().set_attr("__name__", vm.ctx.new_str(request.name()), vm)?;
        Ok(stand_in.into())
    }
}

/// What the `__all__` of a module holds, if it has one.
fn exported_names(module: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
    vm.get_attribute_opt(module, "__all__")?.map(|all| all.try_to_value(vm)).transpose()
}
