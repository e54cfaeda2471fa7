"""Signs of emerging threats, of trafficking and of doubt in a listing's text, found by rules, each with the words that show it."""

from classifier.signs.find import signs
from classifier.signs.vendor import vendor_signs

__all__ = ["signs", "vendor_signs"]
