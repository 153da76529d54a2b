"""Linli (邻里): one system for everything that a residential community runs together."""
