"""Files: photographs and uploads, checked, kept by content."""
