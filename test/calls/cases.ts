/** The SDKs that are tried: a file of cases/, and the package whose classes it uses. */

export interface Case {
  /** Also that of its file, and of the entry of our package. */
  readonly name: string;
  /** Where npm installs the SDK; another one of the same name stands for another version. */
  readonly sdk: string;
  /** Which of its ways, where it has several. */
  readonly way?: string;
  /** Command of a server by which its peers meet, for a port of this machine. */
  readonly broker?: (port: string) => readonly string[];
  /** Where the SDK cannot do what is tried. */
  readonly notIn?: 'firefox';
}

export const CASES: readonly Case[] = [
  { name: 'agora', sdk: 'agora-rtc-sdk-ng' },
  { name: 'agora-oldest', sdk: 'agora-rtc-sdk-ng-oldest' },
  { name: 'chime', sdk: 'amazon-chime-sdk-js' },
  { name: 'chime-oldest', sdk: 'amazon-chime-sdk-js-oldest' },
  { name: 'jitsi', sdk: '@lyno/lib-jitsi-meet' },
  { name: 'livekit', sdk: 'livekit-client' },
  { name: 'livekit-oldest', sdk: 'livekit-client-oldest' },
  { name: 'peerjs', sdk: 'peerjs', broker: (port) => ['peerjs', '--host', 'localhost', '--port', port] },
  { name: 'twilio', sdk: 'twilio-video' },
  { name: 'twilio-folder', sdk: 'twilio-video', way: 'plugin from a folder' },
  { name: 'twilio-track', sdk: 'twilio-video', way: 'denoised track' },
  { name: 'twilio-oldest', sdk: 'twilio-video-oldest' },
  { name: 'vonage', sdk: '@vonage/client-sdk-video' },
  // It goes over to no other microphone there.
  { name: 'vonage-oldest', sdk: '@opentok/client', notIn: 'firefox' },
  { name: 'webrtc', sdk: 'denoise-node', way: 'without an SDK' },
];

/** SDKs that take a track: the code of their pages is checked against their types. Two meet only on their servers. */
export const COMPILED: readonly string[] = ['daily', 'mediasoup', 'peerjs'];
