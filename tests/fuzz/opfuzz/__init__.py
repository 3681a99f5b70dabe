"""Random models of single operators; see tests/fuzz/operator_fuzz.py."""
