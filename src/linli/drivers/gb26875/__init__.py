"""Fire user information transmission devices, modelled on GB/T 26875.3-2011."""
