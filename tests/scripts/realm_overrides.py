# What a realm's mapper insists on wins inside of the realm too, in every form; what it merely has does not.
# file: pk/__init__.py
# | from . import dep as first
# file: pk/dep.py
# | word = "own"
# file: pk/forms.py
# | import pk.dep
# | import pk.dep as two
# | from pk import dep as three
# | from pk.dep import word as four
# | from . import dep as five
# | from .dep import word as six
# | import pk
# | words = pk.dep.word, two.word, three.word, four, five.word, six, pk.first.word
# file: pk/denied.py
# | try:
# |     from . import extra
# | except ImportError as error:
# |     word = type(error).__name__, str(error).split(" (asked")[0]
# file: pk/extra.py
# | ran = 1
# file: user.py
# | import pk.dep
# | word = pk.dep.word
# > ('fake', 'fake', 'fake', 'fake', 'fake', 'fake', 'fake')
# > ('own', 'own', 'own', 'own', 'own', 'own', 'own')
# > ('ModuleNotFoundError', "No module named 'pk.extra': denied by the exclusion of 'pk.extra'")
# > ('own', 'own', 'own', 'own', 'own', 'own', 'own') []
# > fake own
import exocet

class Fake:
    word = "fake"

over = exocet.pep302Mapper.withOverrides({"pk.dep": Fake})
print(exocet.Realm("pk", over).loadNamed("pk.forms").words)
print(exocet.Realm("pk").loadNamed("pk.forms").words)
print(exocet.Realm("pk", exocet.ExclusiveMapper(exocet.pep302Mapper, ["pk.extra"])).loadNamed("pk.denied").word)

# A mapper that has every name is asked for what isn't inside only.
asked = []
def everything(name):
    asked.append(name)
    return Fake
print(exocet.Realm("pk", exocet.CallableMapper(everything)).loadNamed("pk.forms").words, asked)

# Overrides on top of a realm are for those who import from the realm.
realm = exocet.Realm("pk")
print(exocet.loadNamed("user", realm.withOverrides({"pk.dep": Fake})).word, exocet.loadNamed("user", realm).word)
