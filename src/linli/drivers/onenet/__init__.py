"""NB-IoT devices through China Mobile's OneNET: what it pushes, signed."""
