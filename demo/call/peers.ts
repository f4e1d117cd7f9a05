/** Two ends of one call, in one page: what the first sends, the second receives. */
export class Peers {
  /** What came out at the other side, in the order in which it was sent. */
  readonly received: Promise<MediaStreamTrack[]>;
  readonly #near = new RTCPeerConnection();
  readonly #far = new RTCPeerConnection();

  /** Calls at once. `received` rejects where the browser lets the two find no way to each other. */
  constructor(tracks: readonly MediaStreamTrack[]) {
    tellWhere(this.#near, this.#far);
    tellWhere(this.#far, this.#near);
    for (const track of tracks) this.#near.addTrack(track);
    this.received = this.#call();
  }

  hangUp(): void {
    this.#near.close();
    this.#far.close();
  }

  async #call(): Promise<MediaStreamTrack[]> {
    const [near, far] = [this.#near, this.#far];
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription!);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription!);
    await connected(far);
    return far.getTransceivers().map(({ receiver }) => receiver.track);
  }
}

function tellWhere(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null && to.signalingState !== 'closed') void to.addIceCandidate(candidate);
  });
}

function connected(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (peer.connectionState === 'connected') resolve();
      if (peer.connectionState === 'failed') reject(new Error('The two ends did not find each other.'));
    };
    peer.addEventListener('connectionstatechange', look);
    look();
  });
}
