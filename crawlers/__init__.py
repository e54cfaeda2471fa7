"""Markets' pages become listings."""
