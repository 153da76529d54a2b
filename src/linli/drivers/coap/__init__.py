"""CoAP (RFC 7252): devices that post readings by UDP, and ask for, or observe, their commands.

    POST|PUT  /v1/<address>/readings?token=<token>   2.04 when the readings are on disk
    GET       /v1/<address>/commands?token=<token>   the orders that wait; Observe (RFC 7641) works
    POST|PUT  /v1/<address>/acks?token=<token>       [{"id": …, "ok": true, "reason": ""}]

Where a device cannot send a query, its token may stand in the path: /v1/<address>/<token>/readings.
Readings are JSON (50), CBOR (60), SenML JSON (110), SenML CBOR (112), or bytes (42) that a table of
`catalog/wires/coap/` describes. An order is shown until the device has answered it or it expired:
a device does an id once, however often it sees it.
"""
