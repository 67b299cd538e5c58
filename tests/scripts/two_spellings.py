# Each name in camelCase and its twin in snake_case are the same object.
# > exocet [] 11
# >   only one spelling: ['CallableMapper', 'DictMapper', 'ExclusiveMapper', 'Holder', 'IMapper', 'LimitExceeded', 'PackageContext', 'Plugins', 'PolicyMapper', 'PythonAttribute', 'PythonModule', 'Realm', 'Replacement', 'Reply', 'Withheld', 'chain', 'load', 'redirect']
# > IMapper [] 2
# >   only one spelling: ['contains', 'lookup', 'unused']
# > DictMapper [] 2
# >   only one spelling: ['contains', 'lookup', 'unused']
# > CallableMapper [] 2
# >   only one spelling: ['contains', 'lookup', 'unused']
# > ExclusiveMapper [] 2
# >   only one spelling: ['contains', 'lookup', 'unused']
# > PythonModule [] 7
# >   only one spelling: ['kind', 'load', 'name']
# > True True
import exocet

def snake(name):
    return "".join("_" + char.lower() if char.isupper() else char for char in name)

owners = [exocet, exocet.IMapper, exocet.DictMapper, exocet.CallableMapper, exocet.ExclusiveMapper, exocet.PythonModule]
for owner in owners:
    names = [name for name in dir(owner) if not name.startswith("_")]
    camel = [name for name in names if name[0].islower() and snake(name) != name]
    print(owner.__name__, [name for name in camel if getattr(owner, name) is not getattr(owner, snake(name), None)], len(camel))
    twins = {snake(name) for name in camel}
    print("  only one spelling:", [name for name in names if name not in camel and name not in twins])
handle = exocet.getModule("script")
print(handle.filePath == handle.file_path, handle.isPackage() == handle.is_package())
