"""Modbus: anything with registers, on wires (RTU), behind a serial server, or over TCP."""
