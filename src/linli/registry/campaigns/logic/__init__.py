"""Rules of releases and campaigns: values in, values out."""
