"""Compares versions, matches specifiers, evaluates markers and reads metadata."""
from packaging.markers import Marker
from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version


def work():
    versions = sorted(map(Version, ["1.10", "1.9.post1", "1.10rc1", "1.10.dev3", "1!0.1", "1.9"]))
    wanted = SpecifierSet(">=1.9,!=1.10,<2", prereleases=True)
    assert [str(v) for v in wanted.filter(versions)] == ["1.9", "1.9.post1", "1.10.dev3", "1.10rc1"]
    need = Requirement('Thing[a,b]~=2.1; python_version >= "3.8" and extra == "x"')
    assert need.marker.evaluate({"extra": "x"}) and not Marker("os_name == 'nope'").evaluate()
    try:
        Requirement("thing >> 3")
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
    name, version, _, tags = parse_wheel_filename("my_pkg-1.0-py2.py3-none-any.whl")
    metadata = Metadata.from_email("Metadata-Version: 2.1\nName: n\nVersion: 3\nRequires-Dist: six>1\n")
    return [*map(str, versions), str(need), reason, canonicalize_name("A._b"), f"{name} {version}", *sorted(map(str, tags | parse_tag("cp39-abi3-any"))), str(metadata.requires_dist)]


def identity():
    return Version
