"""Spreadsheets: the register in and out of tables that people know."""
