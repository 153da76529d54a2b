"""Copies taken out: each list that leaves as a file says who took it, when and what for, and bears
an invisible mark in every row by which that is found again.
"""
