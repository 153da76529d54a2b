"""Cases: whatever a person must deal with, from report to rating."""
