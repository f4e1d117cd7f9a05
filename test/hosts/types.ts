/** Checked by the compiler: the module is what hosts of the standard take, by the standard's own types. */
import type { WamDescriptor, WamEvent, WamNode, WamParameterInfo, WebAudioModule } from '@webaudiomodules/api';
import type * as Ours from '../../src/wam.ts';
import type Module from '../../src/wam.ts';

/** The standard lets a caller choose the type of the node, which no class can promise. */
export function theClassCanBeTakenAsOneOfTheStandard(denoise: typeof Module): typeof WebAudioModule {
  return denoise as typeof WebAudioModule;
}

export async function whatItGivesIsOfTheStandard(
  denoise: typeof Module,
  groupId: string,
  context: AudioContext,
): Promise<void> {
  const made = await denoise.createInstance(groupId, context);
  made satisfies WebAudioModule;
  made.audioNode satisfies WamNode;
  made.descriptor satisfies WamDescriptor;
  (await made.audioNode.getParameterInfo()) satisfies Record<string, WamParameterInfo>;
}

export function whatHostsPassIsTaken(event: WamEvent): void {
  event satisfies Ours.WamEvent;
}
