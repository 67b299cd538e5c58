import pytest


@pytest.fixture
def order(order):
    return order.add("sugar", "1.00")
