/** The SDKs that are tried: a file of cases/, and the package whose classes it uses. */

export interface Case {
  /** Also that of its file, and of the entry of our package. */
  readonly name: string;
  /** Where npm installs the SDK; another one of the same name stands for another version. */
  readonly sdk: string;
  /** Which of its ways, where it has several. */
  readonly way?: string;
}

export const CASES: readonly Case[] = [
  { name: 'agora', sdk: 'agora-rtc-sdk-ng' },
  { name: 'agora-oldest', sdk: 'agora-rtc-sdk-ng-oldest' },
  { name: 'chime', sdk: 'amazon-chime-sdk-js' },
  { name: 'chime-oldest', sdk: 'amazon-chime-sdk-js-oldest' },
  { name: 'jitsi', sdk: '@lyno/lib-jitsi-meet' },
  { name: 'livekit', sdk: 'livekit-client' },
  { name: 'livekit-oldest', sdk: 'livekit-client-oldest' },
  { name: 'twilio', sdk: 'twilio-video' },
  { name: 'twilio-folder', sdk: 'twilio-video', way: 'plugin from a folder' },
  { name: 'twilio-track', sdk: 'twilio-video', way: 'denoised track' },
  { name: 'twilio-oldest', sdk: 'twilio-video-oldest' },
  { name: 'vonage', sdk: '@vonage/client-sdk-video' },
  { name: 'vonage-oldest', sdk: '@opentok/client' },
  { name: 'webrtc', sdk: 'denoise-node', way: 'without an SDK' },
];

/** SDKs that take a track and meet only where their servers are: the code of their pages is compiled, and not run. */
export const COMPILED: readonly string[] = ['daily', 'mediasoup', 'peerjs'];
