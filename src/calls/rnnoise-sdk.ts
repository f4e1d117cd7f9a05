/**
 * In:     the import that Twilio Video makes of `rnnoise_sdk.mjs` in the folder `sdkAssetsPath`
 * Out:    the page's plugin: that of the app's own bundle, or else that of the package, which lies beside the folder
 * Thread: [main]
 */
const ofApp = (globalThis as { [place: symbol]: unknown })[Symbol.for('denoise-node/twilio')];

export default ofApp ?? (await import('./twilio.ts')).denoiser;
