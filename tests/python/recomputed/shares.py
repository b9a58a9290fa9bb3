"""A share with what is known of it."""

from . import chances

SMALL = 20


def share(numerator, denominator):
    return numerator / denominator if denominator else None


def measured(numerator, denominator):
    low, high = chances.exact_interval(numerator, denominator)
    return {
        "numerator": numerator,
        "denominator": denominator,
        "rate": share(numerator, denominator),
        "low": low,
        "high": high,
        "small": denominator < SMALL,
    }
