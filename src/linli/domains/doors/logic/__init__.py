"""The rules of doors: values in, values out."""
