"""The rules of charging. No database, no clock, no network: values in, values out."""
