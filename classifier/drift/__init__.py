"""Whether markets still look like what the model in force learnt from."""
