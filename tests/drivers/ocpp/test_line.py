"""Who is let in, who is kept, who must go."""

import asyncio
import base64
import ssl
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from linli.drivers.ocpp import credentials, session
from linli.drivers.ocpp.options import Line
from linli.drivers.ocpp.peer import Peer201
from tests.drivers.ocpp.conftest import PASSWORD

HANDSHAKE = (
    f"GET /ocpp/CP1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(b'0' * 16).decode()}\r\n"
    f"Sec-WebSocket-Protocol: ocpp1.6\r\n"
    f"Authorization: Basic {base64.b64encode(f'CP1:{PASSWORD}'.encode()).decode()}\r\n\r\n"
).encode()


def framed(text):
    """Return a text as one masked frame (RFC 6455 §5.2), its mask being nothing."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


async def refused(peer):
    with pytest.raises(InvalidStatus) as refusal:
        await peer.connect()
    return refusal.value.response.status_code


class TestKnock:
    @pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "0", PASSWORD[:-1]])
    async def test_refuses_a_wrong_password_and_counts_it(self, garage, password):
        status = await refused(garage.peer(password=password))

        assert status == 401
        assert garage.station.refusals == [("dev-CP1", "bad_password", b"")]
        assert garage.station.present == {}

    async def test_refuses_a_charge_point_without_a_password_of_its_own(self, closed_garage):
        closed_garage.members = [closed_garage.point("CP1", password="")]
        garage = await closed_garage.open()

        assert await refused(garage.peer(password="")) == 401

    async def test_refuses_the_password_of_another(self, closed_garage):
        closed_garage.members.append(closed_garage.point("CP2", password="other"))
        garage = await closed_garage.open()
        coded = base64.b64encode(b"CP2:other").decode()

        with pytest.raises(InvalidStatus) as refusal:
            await connect(
                f"{garage.url}/CP1",
                subprotocols=["ocpp1.6"],
                additional_headers={"Authorization": f"Basic {coded}"},
            )

        assert refusal.value.response.status_code == 401

    async def test_tells_of_a_stranger_and_lets_him_stand(self, garage):
        status = await refused(garage.peer(id="CP-NEW"))

        assert status == 404
        assert garage.station.strangers == {"CP-NEW": {"model": "ev_charger", "name": "CP-NEW"}}

    async def test_takes_the_key_as_the_bytes_that_its_digits_stand_for(self, garage):
        coded = base64.b64encode(b"CP1:" + bytes.fromhex(PASSWORD)).decode()

        async with connect(
            f"{garage.url}/CP1",
            subprotocols=["ocpp1.6"],
            additional_headers={"Authorization": f"Basic {coded}"},
        ) as socket:
            assert socket.subprotocol == "ocpp1.6"

    @pytest.mark.parametrize("offered", [None, ["ocpp1.5"], ["chat", "ocpp2.1"]])
    async def test_closes_at_once_without_a_subprotocol_that_it_knows(self, garage, offered):
        async with connect(
            f"{garage.url}/CP1",
            subprotocols=offered,
            additional_headers=garage.peer()._headers(),
        ) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()

        assert socket.subprotocol is None
        assert socket.close_code == 1002
        assert garage.station.present == {}

    async def test_takes_the_first_subprotocol_that_it_knows(self, garage):
        async with connect(
            f"{garage.url}/CP1",
            subprotocols=["ocpp2.1", "ocpp2.0.1", "ocpp1.6"],
            additional_headers=garage.peer()._headers(),
        ) as socket:
            assert socket.subprotocol == "ocpp2.0.1"

    async def test_needs_no_password_in_a_closed_net(self, closed_garage):
        closed_garage.options["security_profile"] = 0
        garage = await closed_garage.open()

        peer = await garage.connected(password="")

        assert await peer.boot() == "Accepted"

    async def test_takes_no_more_than_it_may(self, closed_garage):
        closed_garage.members.append(closed_garage.point("CP2"))
        closed_garage.options["most_charge_points"] = 1
        garage = await closed_garage.open()
        await garage.connected()

        assert await refused(garage.peer(id="CP2")) == 503

    async def test_outlives_what_is_no_handshake(self, garage):
        for data in [b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000]:
            reader, writer = await asyncio.open_connection("127.0.0.1", garage.line.port)
            writer.write(data)
            writer.write_eof()
            await reader.read()
            writer.close()

        peer = await garage.connected()
        assert await peer.boot() == "Accepted"


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        begins = datetime.now(UTC) - timedelta(days=1)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(begins)
            .not_valid_after(begins + timedelta(days=3))
            .sign(key, hashes.SHA256())
        )
        (tmp_path / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
        (tmp_path / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return tmp_path

    async def test_profile_2_speaks_tls_and_still_asks_for_the_password(
        self, closed_garage, certificate
    ):
        closed_garage.options |= {
            "security_profile": 2,
            "certificate": str(certificate / "cert.pem"),
            "key": str(certificate / "key.pem"),
        }
        garage = await closed_garage.open()
        trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        trusting.check_hostname = False

        peer = await garage.connected(tls=trusting)
        booted = await peer.boot()
        status = await refused(garage.peer(password="wrong", tls=trusting))

        assert (booted, status) == ("Accepted", 401)

    def test_profile_2_is_nothing_without_a_certificate(self):
        with pytest.raises(msgspec.ValidationError, match="certificate"):
            msgspec.convert({"security_profile": 2}, Line)

    async def test_says_when_it_cannot_listen(self, closed_garage):
        closed_garage.options |= {"security_profile": 2, "certificate": "none", "key": "none"}

        with pytest.raises(OSError, match="No such file"):
            await closed_garage.open()


class TestKeep:
    async def test_a_new_connection_takes_the_place_of_the_old_one(self, garage, kind):
        old = await garage.connected(kind=kind)
        await old.boot()

        new = await garage.connected(kind=kind)

        async with asyncio.timeout(5):
            while old.connected:
                await asyncio.sleep(0)
        assert await new.boot() == "Accepted"
        assert garage.station.present == {"dev-CP1": True}
        assert await garage.order("connector.unlock") == (True, "")
        assert old.orders == []

    async def test_says_when_one_hung_up(self, garage):
        peer = await garage.connected()

        await peer.drop()
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert garage.station.reasons == {"dev-CP1": "hung_up"}

    async def test_notices_one_that_answers_no_ping(self, closed_garage):
        closed_garage.options |= {"ping_s": 0.02, "ping_timeout_s": 0.05}
        garage = await closed_garage.open()
        _, writer = await asyncio.open_connection("127.0.0.1", garage.line.port)

        writer.write(HANDSHAKE)
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert garage.station.reasons == {"dev-CP1": "silent"}
        writer.close()

    async def test_sends_away_one_that_talks_and_never_listens(self, closed_garage):
        closed_garage.options |= {"ping_s": 0.05, "ping_timeout_s": 0.2}
        garage = await closed_garage.open()
        _, deaf = await asyncio.open_connection("127.0.0.1", garage.line.port)
        deaf.write(HANDSHAKE)
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": True})
        deaf.transport.pause_reading()

        deaf.write(framed(b'[2,"a","MakeTea",{}]') * 2000)
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert garage.station.reasons == {"dev-CP1": "silent"}
        deaf.close()

    async def test_cuts_off_one_that_leaves_no_room_for_a_goodbye(self, garage, monkeypatch):
        async def no_room(self, code=1000, reason=""):
            while not self.transport.is_closing():
                await asyncio.sleep(0)

        monkeypatch.setattr(session, "_GOODBYE_WITHIN_S", 0.01)
        monkeypatch.setattr(ServerConnection, "close", no_room)
        peer = await garage.connected()
        await peer.boot()

        garage.line.rewire([])
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert garage.station.reasons == {"dev-CP1": "removed"}
        async with asyncio.timeout(5):
            while peer.connected:
                await asyncio.sleep(0)

    async def test_keeps_one_that_answers_pings_and_says_nothing(self, closed_garage):
        closed_garage.options |= {"ping_s": 0.01, "ping_timeout_s": 1.0}
        garage = await closed_garage.open()
        peer = await garage.connected()
        came = []
        garage.station.came = came.append

        async with asyncio.timeout(5):
            while len(came) < 3:
                await asyncio.sleep(0.005)

        assert peer.connected

    async def test_dismisses_one_that_was_removed_or_has_a_new_password(self, garage):
        peer = await garage.connected()

        garage.line.rewire([garage.point("CP1", password="new")])
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})
        again = await refused(garage.peer())
        await garage.connected(password="new")
        garage.line.rewire([])
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert not peer.connected
        assert again == 401
        assert garage.station.reasons == {"dev-CP1": "removed"}

    async def test_keeps_one_whose_device_changed_otherwise(self, garage):
        peer = await garage.connected()

        garage.line.rewire([garage.point("CP1", boot="Pending")])

        assert await peer.boot() == "Pending"

    async def test_takes_everybody_down_with_the_line(self, garage):
        await garage.connected()

        garage.task.cancel()
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

        assert garage.station.reasons["dev-CP1"] in ("line_down", "hung_up")


class TestConnectors:
    @pytest.fixture
    async def wide(self, closed_garage):
        point = closed_garage.point
        closed_garage.members = [
            point("CP1"),
            point("1", code="left", gateway="dev-CP1"),
            point("CP1/2", code="right"),
        ]
        return await closed_garage.open()

    async def test_each_connector_is_a_device_of_its_own(self, wide, kind):
        peer = await wide.connected(kind=kind)

        await peer.start("CARD-1")

        assert wide.events("charge_started")[0][0] == "left"
        assert wide.station.present == {"dev-CP1": True, "left": True, "right": True}
        assert {code for code, _ in wide.station.readings} == {"left"}

    async def test_an_order_for_a_connector_goes_to_its_charge_point(self, wide, kind):
        peer = await wide.connected(kind=kind)

        answered = await wide.order("connector.unlock", device="right")

        assert answered == (True, "")
        [(_, told)] = peer.orders
        assert (told["evse_id"] if kind is Peer201 else told["connector_id"]) == 2

    async def test_the_whole_point_cannot_be_unlocked(self, wide):
        await wide.connected()

        assert await wide.order("connector.unlock") == (False, "needs_a_connector")

    async def test_a_connector_that_no_device_shows_is_a_stranger(self, closed_garage, kind):
        closed_garage.members = [closed_garage.point("CP1", connector=2)]
        garage = await closed_garage.open()
        peer = await garage.connected(kind=kind)

        await peer.start("CARD-1")

        [address] = garage.station.strangers
        assert address.startswith("CP1/1")
        assert garage.station.readings == []

    async def test_a_connector_whose_number_is_none_is_told_and_left_out(self, closed_garage):
        closed_garage.members.append(closed_garage.point("A", code="odd", gateway="dev-CP1"))

        garage = await closed_garage.open()

        assert garage.station.refusals == [("odd", "bad_address", b"A")]
        assert garage.line.send("odd", None) is False


class TestOptions:
    @pytest.mark.parametrize("listen", ["", "8887", ":8887", "localhost", "localhost:x", "h:70000"])
    def test_listens_nowhere_that_was_not_said(self, listen):
        with pytest.raises(msgspec.ValidationError, match="host:port"):
            msgspec.convert({"listen": listen}, Line)


class TestCredentials:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/ocpp/CP1", "CP1"),
            ("/CP1", "CP1"),
            ("/a/b/RDAM%7C123", "RDAM|123"),
            ("/ocpp/CP1?x=1", "CP1"),
            ("/", None),
            ("/a/b%3Ac", None),
            ("/a/" + "x" * 49, None),
            ("/a/b%00", None),
        ],
    )
    def test_the_last_part_of_the_path_is_the_id(self, path, expected):
        assert credentials.charge_point_id(path) == expected

    def test_reads_the_header_that_the_standard_shows(self):
        header = "Basic QUwxMDAwOgABAgMEBQYH////////////////"

        user, password = credentials.basic(header)

        assert user == "AL1000"
        assert credentials.fits(known=PASSWORD, said=password)

    @pytest.mark.parametrize(
        "header", ["", "Basic", "Bearer x", "Basic !!", "Basic QUI=", "Basic " + "A" * 4000]
    )
    def test_takes_no_other_header(self, header):
        assert credentials.basic(header) is None

    @pytest.mark.parametrize(("known", "said"), [("", b""), ("a", b""), ("", b"a"), ("a", b"A")])
    def test_no_password_fits_nothing(self, known, said):
        assert not credentials.fits(known=known, said=said)
