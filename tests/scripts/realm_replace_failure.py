# A replacement that fails leaves all as it was.
# file: pk/__init__.py
# file: pk/state.py
# | import shared
# | if shared.fail:
# |     from . import extra
# |     import sys
# |     sys.modules[__name__] = 5
# |     raise shared.fail
# | calls = 1
# file: pk/extra.py
# | from .state import absent_or_not as _
# file: pk/vanishing.py
# | import shared, sys
# | if shared.fail: del sys.modules[__name__]
# file: pk/recursive.py
# | import shared
# | if shared.realm: shared.realm.replace(__name__)
# file: shared.py
# | fail = realm = None
# > ImportError cannot import name 'absent_or_not' from partially initialized module 'pk.state'
# > True True True
# > ['pk', 'pk.recursive', 'pk.state', 'pk.vanishing']
# > KeyError True
# > ValueError `pk.recursive` is being replaced already, by this thread
# > True
# > 1
import exocet
import shared

realm = exocet.Realm("pk", exocet.pep302Mapper.withOverrides({"shared": shared}))
pk, state, vanishing, recursive = map(realm.loadNamed, ["pk", "pk.state", "pk.vanishing", "pk.recursive"])

shared.fail = ValueError("in the middle")
try:
    realm.replace("pk.state")
except Exception as error:
    print(type(error).__name__, str(error).partition(" (")[0])
print(realm.loadNamed("pk.state") is state, pk.state is state, not hasattr(pk, "extra"))
print(sorted(name for name in realm.modules if name.startswith("pk")))

try:
    realm.replace("pk.vanishing")
except KeyError as error:
    print("KeyError", realm.modules["pk.vanishing"] is vanishing)

shared.realm = realm
try:
    realm.replace("pk.recursive")
except Exception as error:
    print(type(error).__name__, error)
print(realm.loadNamed("pk.recursive") is recursive is pk.recursive)
print(state.calls)
