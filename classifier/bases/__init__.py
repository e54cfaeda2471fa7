"""Pre-trained encoders to start from: fetched, checked, and written as ordinary Hugging Face directories."""
