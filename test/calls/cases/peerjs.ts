/** PeerJS's own peers, of one page, who find each other by a broker of this machine and call by PeerJS alone. */
import { MICROPHONE } from 'denoise-node/stream';
import { type MediaConnection, Peer } from 'peerjs';
import { type Adapter, drive, type Microphone, type Report } from '../drive.ts';
import { answerAll, denoised, dial, open as openMicrophone } from '../guide/peerjs.js';
import { type Call, connected, negotiate } from '../support/loopback.ts';

/** One stream is sent all the time, as the page has it: its sound is denoised, or as it is. */
export async function report(): Promise<Report> {
  const adapter: Adapter = {
    get enabled() {
      return denoised.enabled;
    },
    set enabled(enabled: boolean) {
      denoised.enabled = enabled;
    },
    node: denoised.node,
    denoised,
  };
  return drive(open, adapter);
}

async function open(): Promise<Microphone> {
  await openMicrophone();
  const [caller, callee] = await Promise.all([meet(), meet()]);
  denoised.enabled = false;
  return {
    sent: () => denoised.track,
    call: () => call(caller, callee),
    denoise: async () => {
      denoised.enabled = true;
    },
    undo: async () => {
      denoised.enabled = false;
    },
    mute: async (isMuted) => {
      denoised.track.enabled = !isMuted;
    },
    change: async (deviceId) => {
      denoised.input?.stop();
      const audio = { ...MICROPHONE, deviceId: { exact: deviceId } };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      denoised.setInput(stream.getAudioTracks()[0]);
    },
    close: async () => {
      denoised.input?.stop();
      await denoised.dispose();
    },
  };
}

/** A peer that the broker has given its name. */
function meet(): Promise<Peer> {
  const { hostname, port } = new URL(new URL(location.href).searchParams.get('broker') as string);
  const peer = new Peer({ host: hostname, port: Number(port), path: '/', config: { iceServers: [] } });
  return new Promise((resolve, reject) => {
    peer.once('open', () => resolve(peer));
    peer.once('error', reject);
  });
}

async function call(caller: Peer, callee: Peer): Promise<Call> {
  const received = new Promise<MediaStream>((resolve) => {
    callee.on('call', (connection) => connection.on('stream', resolve));
  });
  const incoming = new Promise<MediaConnection>((resolve) => callee.on('call', resolve));
  answerAll(callee);
  const outgoing = dial(caller, callee.id);
  const [near, far] = [outgoing, await incoming].map(({ peerConnection }) => peerConnection);
  await Promise.all([near, far].map(connected));
  const [track] = (await received).getAudioTracks();
  const [sender] = near.getSenders();
  const hangUp = (): void => {
    outgoing.close();
    caller.destroy();
    callee.destroy();
  };
  return { near, far, received: track, sender, renegotiate: () => negotiate(near, far), hangUp };
}
