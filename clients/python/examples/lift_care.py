"""电梯停了就来人 · Lift care: told when a lift stops, it opens a repair for who agreed to that."""

import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from linli_client import Linli, Refused, opened

LINLI, COMMUNITY, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
ME, ABOUT = f"http://127.0.0.1:{PORT}", "电梯停了，几分钟就来 · there in minutes when a lift stops"
made = Linli(LINLI, COMMUNITY).openapi_register(body={
    "name": "快梯维保", "home": ME, "words": ABOUT, "contact": "service@lifts.example",
    "scopes": ["alarms.read", "cases.report"], "redirects": [f"{ME}/back"]})  # fmt: skip
lifts = Linli(LINLI, COMMUNITY, client_id=made["client_id"], client_secret=made["client_secret"])
hook, asked, residents = None, {}, []


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "code" in query:  # a resident has agreed, and comes back
            verifier = asked.pop(query["state"][0]).verifier
            back = {"redirect_uri": f"{ME}/back", "verifier": verifier}
            residents.append(lifts.agreed(code=query["code"][0], **back))
            return self.answer(204)
        asking = lifts.agreeing(redirect_uri=f"{ME}/back", scopes="cases.report")
        asked[asking.state] = asking  # a resident is about to be asked
        self.answer(303, Location=asking.url)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = opened(secret=hook["secret"], headers=self.headers, body=body)
        if told["data"]["scene"].startswith("safety.lift."):
            report = {"kind": "repair.lift", "place": told["place"], "key": told["data"]["id"]}
            for resident in residents:
                resident.cases_report(body=report)
        self.answer(204)

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


while hook is None:  # until two persons have let it in
    try:
        hook = lifts.openapi_subscribe(body={"url": f"{ME}/hook", "topics": ["AlarmOpened"]})
    except Refused as refused:
        print(refused, flush=True)
        time.sleep(1)
print("ready", flush=True)
HTTPServer(("127.0.0.1", PORT), Door).serve_forever()
