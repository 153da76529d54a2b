"""Cayenne LPP: types of data, by the public description of the Low Power Payload (modelled on).

A type is (bytes, signed, unit of the last digit). Types of several axes are passed over.
"""

TYPES: dict[int, tuple[int, bool, float]] = {
    0x00: (1, False, 1.0),  # digital input
    0x01: (1, False, 1.0),  # digital output
    0x02: (2, True, 0.01),  # analogue input
    0x03: (2, True, 0.01),  # analogue output
    0x65: (2, False, 1.0),  # illuminance, lx
    0x66: (1, False, 1.0),  # presence
    0x67: (2, True, 0.1),  # temperature, ℃
    0x68: (1, False, 0.5),  # humidity, %
    0x73: (2, False, 0.1),  # barometer, hPa
    0x74: (2, False, 0.01),  # voltage, V
    0x78: (1, False, 1.0),  # percentage
}

LONGER: dict[int, int] = {0x71: 6, 0x86: 6, 0x88: 9}
"""Accelerometer, gyrometer, GPS: their lengths."""
