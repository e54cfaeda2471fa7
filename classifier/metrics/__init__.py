"""How good scores are, with how much that figure would move had other vendors been looked at."""
