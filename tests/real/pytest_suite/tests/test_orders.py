from decimal import Decimal

import pytest

from shop import Order, total
from shop.orders import Item


def test_total(order):
    assert total(order) == Decimal("3.49")


@pytest.mark.parametrize("discount", range(0, 100, 5))
def test_discount(order, discount):
    assert total(order, discount) == Decimal("3.49") * (100 - discount) / 100


@pytest.mark.parametrize(
    ("discount", "message"), [(-1, "a discount of -1 %"), (100, "a discount of 100 %"), (1e9, "a discount of")]
)
def test_bad_discount(order, discount, message):
    with pytest.raises(ValueError, match=message) as caught:
        total(order, discount)
    assert caught.type is ValueError
    assert caught.traceback[-1].name == "total"


@pytest.mark.parametrize("price", ["0", "1.10", "99999999.99"], ids=["free", "cheap", "dear"])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_prices(price, count):
    order = Order("Bob")
    for at in range(count):
        order.add(f"item {at}", price)
    assert total(order) == Decimal(price) * count


def test_dataclasses():
    assert Item("a") < Item("b")
    assert repr(Item("tea", Decimal(1))) == "Item(name='tea', price=Decimal('1'))"
    with pytest.raises(AttributeError):
        Item("a").name = "b"
    assert Order("x").items is not Order("x").items


def test_approximately():
    assert 0.1 + 0.2 == pytest.approx(0.3)
    assert {"a": 1.0000001} == pytest.approx({"a": 1.0})


@pytest.mark.slow
def test_slow():
    raise AssertionError("it is never run")


@pytest.mark.skipif("sys.platform == 'nowhere'")
def test_condition_as_text():
    assert True


@pytest.mark.xfail(reason="not done yet", strict=True)
def test_not_yet(order):
    assert order.customer == "nobody"


@pytest.mark.xfail(raises=ZeroDivisionError)
def test_not_yet_raises():
    1 / 0


class TestGroup:
    shared = []

    @pytest.fixture(autouse=True)
    def prepare(self, log):
        log.append(type(self).__name__)
        self.order = Order("Eve")

    def test_first(self):
        self.shared.append(1)
        assert self.order.items == []

    def test_second(self, log):
        assert self.shared == [1]
        assert log.count("TestGroup") >= 2

    def setup_method(self, method):
        self.name = method.__name__

    def test_setup(self):
        assert self.name == "test_setup"
