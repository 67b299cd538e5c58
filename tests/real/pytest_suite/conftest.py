"""What the tests share."""

import pytest

from shop import Order

pytest_plugins = ["own_plugin", "pytester"]


@pytest.fixture
def order():
    return Order("Ada").add("tea", "2.50").add("milk", "0.99")


@pytest.fixture(scope="session")
def log():
    lines = ["begin"]
    yield lines
    assert lines[0] == "begin"


@pytest.fixture(params=["small", "large"])
def size(request):
    return request.param


@pytest.fixture(autouse=True)
def shop_home(monkeypatch):
    monkeypatch.setenv("SHOP_HOME", "/srv/shop")
