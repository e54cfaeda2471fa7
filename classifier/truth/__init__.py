"""What a reader of real listings marked in them, by offsets: their text stays in the research data."""
