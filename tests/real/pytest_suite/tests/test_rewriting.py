"""What the rewritten assertions say when they fail, as a run of pytest inside of this one reports it."""

import pytest

FAILING = {
    "numbers": ("x, y = 1, 2\n    assert x == y", "E       assert 1 == 2"),
    "lists": ("assert [1, 2, 3] == [1, 2, 4]", "E         At index 2 diff: 3 != 4"),
    "dicts": ("assert {'a': 1} == {'a': 2}", "E         Differing items:"),
    "sets": ("assert {1, 2} == {2, 3}", "E         Extra items in the left set:"),
    "texts": ("assert 'spam' == 'eggs'", "E         - eggs"),
    "calls": ("assert len([1]) == 2", "E        +  where 1 = len([1])"),
    "attributes": ("value = 1j\n    assert value.real == 1", "E        +  where 0.0 = 1j.real"),
    "membership": ("assert 3 in [1, 2]", "E       assert 3 in [1, 2]"),
    "boolean": ("a, b = True, False\n    assert a and b", "E       assert (True and False)"),
    "negation": ("a = True\n    assert not a", "E       assert not True"),
    "message": ("assert 0, 'because'", "E       AssertionError: because"),
    "walrus": ("assert (n := 3) == 4", "E       assert 3 == 4"),
    "comparison": ("a = 1\n    assert 0 < a < 1", "E       assert 1 < 1"),
    "generator": ("assert all(x < 2 for x in range(4))", "E       assert False"),
    "raises": ("import pytest\n    with pytest.raises(KeyError): pass", "Failed: DID NOT RAISE"),
    "dataclass": (
        "import dataclasses\n    A = dataclasses.make_dataclass('A', ['x', 'y'])\n    assert A(1, 2) == A(1, 3)",
        "E         Differing attributes:",
    ),
}


@pytest.mark.parametrize("kind", FAILING)
def test_explanation(pytester, kind):
    code, line = FAILING[kind]
    pytester.makepyfile(f"def test():\n    {code}\n")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    assert any(line in seen for seen in result.outlines), result.outlines


def test_own_explanation(pytester):
    pytester.makepyfile("from shop.orders import Item\n\ndef test():\n    assert Item('tea') == Item('milk')\n")
    result = pytester.runpytest_inprocess("-p", "own_plugin")
    result.stdout.fnmatch_lines(["*items differ:", "*tea and milk"])


def test_plugin_is_rewritten(pytester):
    pytester.makepyfile(helper_plugin="def check(x):\n    assert x == 5\n")
    pytester.makeconftest("import pytest\npytest.register_assert_rewrite('helper_plugin')\npytest_plugins = ['helper_plugin']")
    pytester.makepyfile("import helper_plugin\ndef test(): helper_plugin.check(4)")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["E*assert 4 == 5"])


def test_selection(pytester):
    pytester.makepyfile("def test_a(): pass\ndef test_b(): pass\ndef test_ab(): pass")
    pytester.runpytest_inprocess("-k", "a and not b").assert_outcomes(passed=1, deselected=2)


def test_collection_error(pytester):
    pytester.makepyfile("import absent_for_sure")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*ModuleNotFoundError: No module named 'absent_for_sure'*"])


def test_doctests(pytester):
    pytester.makepyfile('def double(x):\n    """\n    >>> double(2)\n    4\n    >>> double(3)\n    7\n    """\n    return 2 * x\n')
    result = pytester.runpytest_inprocess("--doctest-modules")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Expected:", "    7", "Got:", "    6"])


def test_junit(pytester):
    pytester.makepyfile("def test(): assert 0")
    pytester.runpytest_inprocess("--junitxml=out.xml").assert_outcomes(failed=1)
    import xml.etree.ElementTree as tree

    assert tree.parse(pytester.path / "out.xml").getroot().find("testsuite").get("failures") == "1"


def test_in_a_process_of_its_own(pytester):
    pytester.makepyfile("def test(): pass\ndef test_fails(): assert 0")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, failed=1)
