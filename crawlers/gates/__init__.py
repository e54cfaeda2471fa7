"""Pages that stand before a market: how they are told, waited for, handed to an operator and passed with a session."""
