/** What every line by WebRTC to a door begins with: an offer, and an answer of the server. */
const GATHER_MS = 800;

/** The server takes one offer with all its addresses: wait until they are known, or long enough. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, GATHER_MS);
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
  });
}

/** Offer, and take the answer; return what the server said with it. */
export async function join<T extends { sdp: string }>(peer: RTCPeerConnection, offer: (sdp: string) => Promise<T>): Promise<T> {
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const answer = await offer(peer.localDescription?.sdp ?? "");
  await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  return answer;
}
