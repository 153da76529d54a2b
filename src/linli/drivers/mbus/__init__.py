"""M-Bus meters (EN 13757-2 and -3) behind a serial server; records are read by pymeterbus."""
