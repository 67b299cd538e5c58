import exocet, http.client
from loopback import URL

class Announced(http.client.HTTPConnection):
    def __init__(self, host, *args, **kwargs):
        print("making HTTP connection to", host)
        super().__init__(host, *args, **kwargs)

class Proxy:
    def __getattribute__(self, name):
        return Announced if name == "HTTPConnection" else getattr(http.client, name)

normal = exocet.pep302Mapper
urllib = exocet.loadNamed("urllib.request", normal)
urllib_plus = exocet.loadNamed("urllib.request", normal.withOverrides({"http.client": Proxy()}))

print("urllib:", urllib.urlopen(URL).read())
print("urllib_plus:", urllib_plus.urlopen(URL).read())
