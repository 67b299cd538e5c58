"""Orders, and what they cost."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, order=True)
class Item:
    name: str
    price: Decimal = Decimal(0)


@dataclass
class Order:
    customer: str
    items: list[Item] = field(default_factory=list)

    def add(self, name, price):
        self.items.append(Item(name, Decimal(price)))
        return self


def total(order, discount=0):
    if not 0 <= discount < 100:
        raise ValueError(f"a discount of {discount} %")
    return sum((item.price for item in order.items), Decimal(0)) * (100 - discount) / 100
