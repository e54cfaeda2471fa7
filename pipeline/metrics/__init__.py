"""The operators' figures: what stages and crawls do, for Prometheus, for health checks and as measures on the log."""
