"""A small program for the suite to test."""

from shop.orders import Order, total

__all__ = ["Order", "total"]
