/** What a host shows of a module before it is loaded: `WamDescriptor` in the API of Web Audio Modules. */
export interface WamDescriptor {
  identifier: string;
  name: string;
  vendor: string;
  version: string;
  apiVersion: string;
  thumbnail: string;
  keywords: string[];
  isInstrument: boolean;
  description: string;
  website: string;
  hasAudioInput: boolean;
  hasAudioOutput: boolean;
  hasAutomationInput: boolean;
  hasAutomationOutput: boolean;
  hasMidiInput: boolean;
  hasMidiOutput: boolean;
  hasMpeInput: boolean;
  hasMpeOutput: boolean;
  hasOscInput: boolean;
  hasOscOutput: boolean;
  hasSysexInput: boolean;
  hasSysexOutput: boolean;
}

/** Written in by the build (`tools/wam-descriptor.mjs`), which writes `descriptor.json` from the same object. */
declare const WAM_DESCRIPTOR: WamDescriptor;

export const DESCRIPTOR: WamDescriptor = WAM_DESCRIPTOR;
