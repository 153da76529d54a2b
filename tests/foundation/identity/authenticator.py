"""A passkey in software: answers as a browser and its authenticator would (WebAuthn, ES256)."""

import json
import secrets
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as b64

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey, for one site."""

    def __init__(self, *, origin="http://testserver", host="testserver"):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.signs = 0

    def make(self, options, *, flags=PRESENT | VERIFIED):
        """Answer a request to make a passkey."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        body = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(cose)
        data = self._data(flags | ATTESTED) + body
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._said(
            clientDataJSON=b64(self._client("webauthn.create", options["challenge"])),
            attestationObject=b64(statement),
        )

    def show(self, options, *, flags=PRESENT | VERIFIED):
        """Answer a request to show a passkey."""
        self.signs += 1
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(flags)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._said(
            clientDataJSON=b64(client), authenticatorData=b64(data), signature=b64(signature)
        )

    def _data(self, flags):
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.signs.to_bytes(4)

    def _client(self, kind, challenge):
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said).encode()

    def _said(self, **response):
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key",
                "response": response, "clientExtensionResults": {}}  # fmt: skip
