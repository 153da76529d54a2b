"""Charging piles that speak YKC (云快充), modelled on its V1.6: readings, bills, orders."""
