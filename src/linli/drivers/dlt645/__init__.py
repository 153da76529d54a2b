"""DL/T 645-2007 and -1997: electricity meters behind serial servers."""
