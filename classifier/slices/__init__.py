"""Adverts of our own making, one set for every hard boundary, that judge a model and never teach one."""
