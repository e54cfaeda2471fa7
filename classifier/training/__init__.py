"""From examples to a model, and to what it is worth."""
