import exocet, time
from types import SimpleNamespace

def greeter_at(hour):
    stub = SimpleNamespace(localtime=lambda: SimpleNamespace(tm_hour=hour))
    return exocet.loadNamed("greeter", exocet.pep302Mapper.withOverrides({"time": stub}))

for hour in 9, 21:
    print(f"at {hour}:00 it says", repr(greeter_at(hour).greet()))

import greeter
print("the real greeter has the real time:", greeter.time is time)
