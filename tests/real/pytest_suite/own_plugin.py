"""A plugin of the suite's own: an option, a marker, a hook that counts, a fixture."""

import pytest

COUNTED = []


def pytest_addoption(parser):
    parser.addoption("--shout", action="store_true", help="report in capitals")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: is left out")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="it is slow"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    COUNTED.append(item.nodeid)
    return (yield)


def pytest_report_header(config):
    return "SHOP" if config.getoption("--shout") else "shop"


@pytest.fixture
def counted():
    return COUNTED


def pytest_assertrepr_compare(op, left, right):
    from shop.orders import Item

    if isinstance(left, Item) and isinstance(right, Item) and op == "==":
        return ["items differ:", f"   {left.name} and {right.name}"]
