"""Django in two realms with different settings: each is set up with its default logging, and serves requests from a template.

    exocet run --path PACKAGES django_sites.py PACKAGES
"""

import os
import sys

import exocet

SITES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sites")


def set_up(site):
    """A realm with Django and the sites in it, set up for that one."""
    realm = exocet.Realm(path=[SITES, *sys.argv[1:]])
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{site}.settings"
    realm.loadNamed("django").setup()
    return realm


def get(realm, address):
    response = realm.loadNamed("django.test").Client().get(address)
    return response.status_code, response.content.decode().strip()


english, german = set_up("english"), set_up("german")
expected = [
    (english, (200, "Hello Ada, visit 1: tea, &lt;milk&gt;; /visits/hello/bob/")),
    (german, (200, "Hallo ADA, Besuch 1: tea und &lt;milk&gt;; Ja")),
    (german, (200, "Hallo ADA, Besuch 2: tea und &lt;milk&gt;; Ja")),
    (english, (200, "Hello Ada, visit 2: tea, &lt;milk&gt;; /visits/hello/bob/")),
]
for realm, answer in expected:
    got = get(realm, "/visits/hello/ada/")
    assert got == answer, got
assert [get(realm, "/absent")[0] for realm in (english, german)] == [404, 404]

for realm, site in ((english, "english"), (german, "german")):
    assert realm.loadNamed("django.conf").settings.SITE == site
    assert realm.loadNamed("visits.apps").VisitsConfig.ready_for == site
assert english.loadNamed("django.apps").apps is not german.loadNamed("django.apps").apps
print("two sites set up, six requests served")
