"""What an evaluation found, as figures, as pages and as the card of a model directory."""
