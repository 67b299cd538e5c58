"""A basket that would be everybody's if requests shared it."""

__all__ = ["total"]

basket = []


def total(prices):
    basket.extend(prices)
    return {"items": len(basket), "sum": sum(basket)}
