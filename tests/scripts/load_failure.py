# An exception of the module's code reaches the caller as it is, and leaves nothing behind.
# file: broken.py
# | import helper
# | raise helper.failure
# file: helper.py
# file: syntax.py
# | x = 1
# | def f(:
# file: indirect.py
# | import broken
# file: pk/__init__.py
# | from . import good
# | from . import bad
# file: pk/good.py
# file: pk/bad.py
# | 1 / 0
# > True None None
# > broken.py 2
# > SyntaxError syntax.py 2
# > division by zero
# > module 'helper' has no attribute 'failure'
# > True
import exocet
import sys

class Failure(Exception):
    pass

class Helper:
    failure = Failure("mine")

before = dict(sys.modules)
mapper = exocet.emptyMapper.withOverrides({"helper": Helper})
try:
    exocet.loadNamed("broken", mapper)
except Failure as error:
    print(error is Helper.failure, error.__cause__, error.__context__)
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    print(last.tb_frame.f_code.co_filename.rpartition("/")[2], last.tb_lineno)

try:
    exocet.loadNamed("syntax", mapper)
except SyntaxError as error:
    print(type(error).__name__, error.filename.rpartition("/")[2], error.lineno)

# What a package in a realm of its own raises is no different.
try:
    exocet.loadPackageNamed("pk", exocet.emptyMapper)
except ZeroDivisionError as error:
    print(error)

# The mapper's modules count too: a module that fails under the pass-through mapper.
try:
    exocet.loadNamed("indirect", exocet.pep302Mapper)
except AttributeError as error:
    print(error)
before["helper"] = sys.modules["helper"]        # which `broken`, imported globally, had imported
print(dict(sys.modules) == before)
