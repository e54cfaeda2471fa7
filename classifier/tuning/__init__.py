"""Fine-tuning: from a pre-trained encoder and examples to an int8 one that needs no torch."""
