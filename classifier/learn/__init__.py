"""Learning from the reviews of a home: examples, a new model, and a comparison that the old one may win."""
