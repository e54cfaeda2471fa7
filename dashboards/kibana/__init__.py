"""Kibana as code: what it shows, written as data, made into saved objects, checked, and installed."""
