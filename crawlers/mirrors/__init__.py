"""Mirror lists that a market signs with its key, and the mirrors that they named."""
