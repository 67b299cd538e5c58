# A CallableMapper gives what a function returns, with or without a function of its own for contains.
# file: app.py
# | import one, two.three
# | from four import five
# > <one> <view of <two>> <two.three> 5 ['one', 'two.three', 'two', 'four']
# > True False
# > True False []
# > True ['one']
# > 1 <y>
# > ONE ['a', 'b']
import exocet

asked = []
def function(name):
    asked.append(name)
    if name.startswith("x"):
        raise ModuleNotFoundError(name, name=name)
    return type("Fake", (), {"__repr__": lambda self: f"<{name}>", "five": 5})()

mapper = exocet.CallableMapper(function)
app = exocet.loadNamed("app", mapper)
print(app.one, app.two, app.two.three, app.five, asked)
print(mapper.contains("one"), mapper.contains("x"))
asked.clear()
mapper = exocet.CallableMapper(function, contains=lambda name: name == "one")
print(mapper.contains("one"), mapper.contains("two"), asked)
mapper = exocet.CallableMapper(function, contains=None)
print(mapper.contains("one"), asked)
print(mapper.withOverrides({"x": 1}).lookup("x"), mapper.lookup("y"))

# A class, a method, anything that can be called.
print(exocet.CallableMapper(str.upper).lookup("one"), exocet.CallableMapper(list).lookup("ab"))
