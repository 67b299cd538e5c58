# A replacement reports who still holds what of the old module.
# file: tool.py
# | class Tool:
# |     def run(self): return self
# | def make(): return Tool()
# file: user.py
# | import tool
# | handlers = {"make": tool.make}
# | class State: pass
# | state = State()
# | state.tools = [None, tool.make()]
# | def outer(run):
# |     def inner(): return run
# |     return inner
# | inner = outer(state.tools[1].run)
# | del tool
# > handlers["make"] | function `make`
# > inner.<closure cell run> | method `Tool.run`
# > state.tools[1] | an instance of `Tool`
# > 0
# > <module `user`, `handlers["make"]`: function `make`>
# > frame of thread 1: `look` own | class `Tool`
# > []
# > AttributeError TypeError
import exocet

realm = exocet.Realm(["tool", "user"], exocet.emptyMapper)
user = realm.loadNamed("user")
result = realm.replace("tool")
held = [holder for holder in result.held if holder.holder == "module `user`"]
print(*sorted(f"{holder.path} | {holder.object}" for holder in held), sep="\n")
print(result.more)
print(next(holder for holder in held if "handlers" in holder.path))

user.handlers = user.state = user.inner = None

def look():
    own = realm.loadNamed("tool").Tool
    return realm.replace("tool").held

for holder in look():
    print(holder.holder.partition(",")[0], holder.path, "|", holder.object)
print(realm.replace("tool").held)

def fails(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__

print(fails(lambda: setattr(result, "name", "")), fails(exocet.Replacement))
