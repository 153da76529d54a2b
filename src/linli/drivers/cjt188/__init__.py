"""CJ/T 188: water, gas and heat meters on a shared pair of wires (modelled on 2004 and 2018)."""
