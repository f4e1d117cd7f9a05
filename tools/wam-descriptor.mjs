/** What is said of the Web Audio Module, from package.json: its `descriptor.json`, and the id of its version. */
import { readFileSync } from 'node:fs';

const { name, version, description, homepage } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** WamDescriptor of @webaudiomodules/api, whose version `apiVersion` is. */
export const WAM_DESCRIPTOR = {
  // Hosts keep it in their projects, so it never changes. A reversed domain by custom: that of the package's registry.
  identifier: `org.npmjs.${name}`,
  name: 'Denoise',
  vendor: name,
  version,
  apiVersion: '2.0.0',
  thumbnail: 'thumbnail.svg',
  keywords: ['denoise', 'noise suppression', 'speech', 'voice', 'effect'],
  isInstrument: false,
  description,
  website: homepage ?? '',
  hasAudioInput: true,
  hasAudioOutput: true,
  hasAutomationInput: true,
  hasAutomationOutput: false,
  hasMidiInput: false,
  hasMidiOutput: false,
  hasMpeInput: false,
  hasMpeOutput: false,
  hasOscInput: false,
  hasOscOutput: false,
  hasSysexInput: false,
  hasSysexOutput: false,
};

/** Unlike the identifier another for every version: processors are registered by it, and none can be replaced. */
export const WAM_MODULE_ID = `${WAM_DESCRIPTOR.identifier}@${version}`;
