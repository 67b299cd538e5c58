# A traceback has the lines of what was loaded, and marks what failed on them.
# file: bill.py
# | def share(cents, guests):
# |     fee = 100
# |     return (cents + fee) // guests.of(2)
# |
# | class Guests:
# |     def of(self, table):
# |         return self.seated[table] / 0
# |     seated = {2: 5}
# |
# | total = [share(900, Guests()) for _ in range(1)]
# > line 10
# > total = [share(900, Guests()) for _ in range(1)]
# >          ~~~~~^^^^^^^^^^^^^^^
# > line 3
# > return (cents + fee) // guests.of(2)
# >                         ~~~~~~~~~^^^
# > line 7
# > return self.seated[table] / 0
# >        ~~~~~~~~~~~~~~~~~~~^~~
import traceback
import exocet

try:
    exocet.getModule("bill").load(exocet.pep302Mapper)
except ZeroDivisionError as error:
    for frame in traceback.TracebackException.from_exception(error).stack:
        if frame.filename.endswith("bill.py"):
            print("line", frame.lineno)
            text = traceback.StackSummary.from_list([frame]).format()[0]
            print("\n".join(line[4:] for line in text.splitlines()[1:]))
