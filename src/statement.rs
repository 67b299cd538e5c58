//! The forms of the import statement: what each of them hands to the importing module.

use crate::{
    answer::{Miss, ask, import_shared, new_nameless_error, not_found, pass_through, require, settle},
    mapper::{Answer, Below, Item, MapperRef, Request, lookup::is_absence_of},
    members::Members,
    state::State,
    view::{From, View},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyModule, PyStr, PyTuple},
};
use std::borrow::Cow;

/// What modules loaded under one mapper import.
pub(crate) struct Statements {
    pub(crate) mapper: MapperRef,
    /// The importing module, where the mapper tells modules apart.
    pub(crate) owner: Option<String>,
}

impl Statements {
    /// `import a.b.c`, which binds `a`.
    pub(crate) fn import_plain(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let name = request.name();
        let mut child = require(&self.mapper, request, vm)?;
        let mut end = name.len();
        let first = end_of_first(request);
        if end > first && self.realm_of(request, vm)?.is_some() {
            let top = &name[..first];
            return self.present(top, require(&self.mapper, &request.renamed(top), vm)?, vm);
        }
        child = self.present(name, child, vm)?;
        while end > first {
            let dot = name[..end].rfind('.').unwrap_or(0);
            let (parent, part) = (&name[..dot], &name[dot + 1..end]);
            child = match settle(&self.mapper, &request.renamed(parent), vm)? {
                Ok(object) => self.linked(parent, object, part, child, vm)?,
                // Only what is below it can be had: the importer gets a bare parent to find it under.
                Err(_) => {
                    let view = self.view(parent, None, vm)?;
                    view.link(part, child, vm)?;
                    view.into()
                }
            };
            end = dot;
        }
        Ok(child)
    }

    /// Gives a package that imports a module of its own that module as an attribute, as importing does it to the shared
    /// package: `from .base import *` makes `base` a name in the package.
    pub(crate) fn bind_own(&self, request: &Request<'_>, importer: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
        if !request.name().contains('.') {
            return Ok(());
        }
        let Some(name) = importer.get_item_opt("__name__", vm)? else { return Ok(()) };
        let Some(name) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { return Ok(()) };
        let Some(below) = request.name().strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else {
            return Ok(());
        };
        let part = below.split('.').next().unwrap_or(below);
        if importer.contains_key(part, vm) || !importer.contains_key("__path__", vm) {
            return Ok(());
        }
        let child = format!("{name}.{part}");
        if let Ok(child) = settle(&self.mapper, &request.renamed(&child), vm)? {
            importer.set_item(part, child, vm)?;
        }
        Ok(())
    }

    /// `import a.b.c as d`, for which the VM takes `b` from what it gets here, and `c` from that.
    pub(crate) fn import_as(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult {
        let leaf = require(&self.mapper, request, vm)?;
        let mut child = match self.realm_of(request, vm)? {
            Some(realm) => self.attribute_of_top(request, realm, vm)?,
            None => self.present(request.name(), leaf, vm)?,
        };
        let written = request.written();
        for part in written.split('.').rev().take(written.matches('.').count()) {
            let found = vm.ctx.new_dict();
            found.set_item(part, child, vm)?;
            child = From::new(None, request.name(), found).into_ref(&vm.ctx).into();
        }
        Ok(child)
    }

    /// The realm, if it holds the module itself and all that lies above it: then, as in CPython, only the first package
    /// is asked for once the module is there, and it may be another one by now, or have something else as an attribute.
    fn realm_of(&self, request: &Request<'_>, vm: &VirtualMachine) -> PyResult<Option<&Members>> {
        let Some(realm) = self.mapper.as_realm() else { return Ok(None) };
        let top = &request.name()[..end_of_first(request)];
        let holds = realm.is_inside(request.name(), vm)? && self.mapper.below(top, vm) != Below::Replaced;
        Ok(holds.then_some(realm))
    }

    /// `c` of `a.b.c`, from one attribute to the next.
    fn attribute_of_top(&self, request: &Request<'_>, realm: &Members, vm: &VirtualMachine) -> PyResult {
        let (first, rest) = request.name().split_at(end_of_first(request));
        let mut found = require(&self.mapper, &request.renamed(first), vm)?;
        for part in rest.split('.').skip(1) {
            let part = vm.ctx.new_str(part);
            found = match vm.get_attribute_opt(&found, &*part)? {
                Some(attribute) => attribute,
                None => match realm.submodule(&found, &part, vm)? {
                    Some(module) => module,
                    None => From::new(Some(found), request.name(), vm.ctx.new_dict()).missing(&part, vm)?,
                },
            };
        }
        Ok(found)
    }

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
        let module = match settle(&self.mapper, request, vm)? {
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
            return Ok(From::new(Some(module), request.name(), found).into_ref(&vm.ctx).into());
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
            match settle(&self.mapper, &request.for_item(&name, Item::Absent), vm)? {
                Ok(object) => view.link(part.as_ref(), object, vm)?,
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(view.into()))
    }

    /// Puts what the mapper answers for one item of `from ... import` into `found`. Tells whether the module itself is
    /// known to have the item, unless `found` does.
    fn find_item(
        &self,
        request: &Request<'_>,
        module: &PyObject,
        item: &Py<PyStr>,
        found: &Py<PyDict>,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
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
        let kind = match &own {
            None => Item::Absent,
            Some(value) if value.downcast_ref::<PyModule>().is_some() => Item::Module,
            Some(_) => Item::Value,
        };
        let below = self.mapper.below(request.name(), vm);
        if below == Below::Nothing
            && let Some(own) = &own
        {
            if plain.is_none() {
                found.set_item(item, own.clone(), vm)?;
            }
            return Ok(true);
        }
        let name = format!("{}.{item}", request.name());
        let asked = request.for_item(&name, kind);
        let answer = match (ask(&self.mapper, &asked, vm), self.mapper.as_realm()) {
            // As in CPython, a submodule that says of itself that it isn't there is an attribute that isn't there.
            (Err(error), Some(_)) if own.is_none() && is_absence_of(error.as_object(), &name, vm) => Answer::NotMine,
            (Ok(Answer::NotMine), Some(realm)) if own.is_none() && realm.is_barred(&name, vm)? => match is_package {
                true => return Err(not_found(&self.mapper, &asked, Miss::NotMine, vm)),
                // What is no package is not searched, and gives what `sys.modules` has.
                false => Answer::Object(vm.ctx.none()),
            },
            (answer, _) => answer?,
        };
        match answer {
            Answer::Object(object) => found.set_item(item, self.present(&name, object, vm)?, vm)?,
            Answer::PassThrough if own.is_none() && is_package => {
                if let Ok(submodule) = pass_through(&self.mapper, &name, vm)?
                    && vm.get_attribute_opt(module, item)?.is_none()
                {
                    found.set_item(item, submodule, vm)?;
                }
            }
            Answer::PassThrough | Answer::NotMine => {
                if let Some(own) = own {
                    let shown = self.present(&name, own.clone(), vm)?;
                    if plain.is_none() || !shown.is(&own) {
                        found.set_item(item, shown, vm)?;
                    }
                }
            }
            Answer::Denied(why) => return Err(not_found(&self.mapper, &asked, Miss::Denied(why), vm)),
            Answer::Load(..) | Answer::Rename(_) | Answer::Part(..) => {
                if let Ok(object) = settle(&self.mapper, &asked, vm)? {
                    found.set_item(item, object, vm)?;
                }
            }
        }
        match plain {
            Some(dict) => Ok(dict.contains_key(item, vm)),
            None => Ok(false),
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
        let by_attribute = self.mapper.as_realm().is_some() && below == Below::Nothing;
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

    /// The object as its importer sees it: itself, or a view of it where something below its name is replaced.
    pub(crate) fn present(&self, name: &str, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if self.mapper.below(name, vm) == Below::Replaced {
            return Ok(self.view(name, Some(object), vm)?.into());
        }
        let views = self.mapper.views(vm);
        if views.is_empty() {
            return Ok(object);
        }
        match views.get_item_opt(&*self.key(name), vm)? {
            Some(view) if view.downcast_ref::<View>().is_some_and(|view| view.shows(&object)) => Ok(view),
            _ => Ok(object),
        }
    }

    /// `parent` as its importer sees it, with `child` as its attribute `part`.
    fn linked(&self, name: &str, parent: PyObjectRef, part: &str, child: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let below = self.mapper.below(name, vm);
        let part_str = vm.ctx.new_str(part);
        let has_child = || {
            let own = vm.get_attribute_opt(&parent, &*part_str)?;
            PyResult::Ok(own.is_some_and(|own| own.is(&child)))
        };
        let needs_link = match below {
            Below::Replaced => !has_child()?,
            // The shared module of that name replaces nothing; it may just not be an attribute yet.
            Below::Unknown => !has_child()? && !State::of(vm).is_shared(&format!("{name}.{part}"), &child, vm),
            Below::Nothing | Below::Denied => false,
        };
        if below == Below::Replaced || needs_link {
            let view = self.view(name, Some(parent), vm)?;
            if below == Below::Unknown {
                view.link(part, child, vm)?;
            }
            return Ok(view.into());
        }
        self.present(name, parent, vm)
    }

    /// What the view of `name` is kept under. Importers that get different answers get different views.
    fn key<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match &self.owner {
            Some(owner) => Cow::from(format!("{name} for {owner}")),
            None => Cow::from(name),
        }
    }

    /// The view of `target` that all importers of `name` share.
    fn view(&self, name: &str, target: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyRef<View>> {
        if let Some(view) = self.mapper.views(vm).get_item_opt(&*self.key(name), vm)?
            && let Ok(view) = view.downcast::<View>()
            && target.as_ref().is_none_or(|target| view.shows(target))
        {
            return Ok(view);
        }
        let view = View::of_parent(name, target, self.owner.clone(), self.mapper.downgrade(vm)?, vm);
        let view = view.into_ref(&vm.ctx);
        self.mapper.views(vm).set_item(&*self.key(name), view.clone().into(), vm)?;
        Ok(view)
    }
}

/// What the `__all__` of a module holds, if it has one.
fn exported_names(module: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
    vm.get_attribute_opt(module, "__all__")?.map(|all| all.try_to_value(vm)).transpose()
}

/// Where in the name of the request ends what `import a.b.c` binds. For `__import__("b.c", level=1)` in package `a`
/// the first name is `a.b`.
fn end_of_first(request: &Request<'_>) -> usize {
    let written = request.written();
    request.name().len() - written.len() + written.find('.').unwrap_or(written.len())
}
