"""Hostile files, built at run time, and what is said about them."""
