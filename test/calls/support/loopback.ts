/** A call between two peers in one page: what one sends, the other receives, through Opus, jitter buffer and all. */

export interface Call {
  readonly near: RTCPeerConnection;
  readonly far: RTCPeerConnection;
  /** What comes out at the far end. */
  readonly received: MediaStreamTrack;
  /** Sends the track of the call, or another by its `replaceTrack`. */
  readonly sender: RTCRtpSender;
  /** Offer and answer once more, begun by the near end; the call must go on. */
  renegotiate(): Promise<void>;
  hangUp(): void;
}

/** Calls, with a track to send. Resolves when both ends are connected. */
export async function call(track: MediaStreamTrack, ...streams: MediaStream[]): Promise<Call> {
  const [near, far] = connectedPeers();
  const received = new Promise<MediaStreamTrack>((resolve) => {
    far.addEventListener('track', (event) => resolve(event.track), { once: true });
  });
  const sender = near.addTrack(track, ...streams);
  const renegotiate = (): Promise<void> => negotiate(near, far);
  await renegotiate();
  await Promise.all([near, far].map(connected));
  const hangUp = (): void => {
    near.close();
    far.close();
  };
  return { near, far, received: await received, sender, renegotiate, hangUp };
}

/** Two peers who tell each other where they are; they connect once they have negotiated. */
export function connectedPeers(): readonly [RTCPeerConnection, RTCPeerConnection] {
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  tellWhere(near, far);
  tellWhere(far, near);
  return [near, far];
}

function tellWhere(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null && to.signalingState !== 'closed') void to.addIceCandidate(candidate);
  });
}

/** Offer and answer, begun by the near end. */
export async function negotiate(near: RTCPeerConnection, far: RTCPeerConnection): Promise<void> {
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription as RTCSessionDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription as RTCSessionDescription);
}

/** Resolves once it is. */
export function connected(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (peer.connectionState === 'connected') resolve();
      else if (peer.connectionState === 'failed') reject(new Error('The two peers of this page found no way.'));
    };
    peer.addEventListener('connectionstatechange', look);
    look();
  });
}
