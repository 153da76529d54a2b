"""The rules of cases: steps, clocks, kinds, who gets which case. Values in, values out."""
