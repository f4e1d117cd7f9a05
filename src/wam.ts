/** The entry `denoise-node/wam`: the denoiser as a Web Audio Module 2, for plugin hosts. */
export type { DenoiseModuleConstructor, DenoiseModuleNode, DenoiseModuleOptions } from './hosts/wam/denoise-module.ts';
export type { WamDescriptor } from './hosts/wam/descriptor.ts';
export { DenoiseModule as default } from './hosts/wam/module.ts';
export type { DenoiseModuleState } from './hosts/wam/module-state.ts';
export type { WamParameterInfo } from './hosts/wam/parameter-info.ts';
export type { WamEvent, WamParameterData } from './shared/wam-messages.ts';
