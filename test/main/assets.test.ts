import { expect } from '@esm-bundle/chai';
import { resolveAssets } from '../../src/main/assets.ts';
import { DenoiseNode } from './support.ts';

const HERE = location.origin;

describe('where the files of a node lie', () => {
  it('is one folder, laid out as dist is, where `assets` is a URL', () => {
    for (const assets of ['/denoise', '/denoise/', new URL('/denoise/', HERE)])
      expect(resolveAssets(assets, 'tiny')).to.deep.equal({
        worklet: `${HERE}/denoise/denoise-processor.js`,
        worker: `${HERE}/denoise/denoise-worker.js`,
        wasm: `${HERE}/denoise/wasm/tfjs-backend-wasm-simd.wasm`,
        model: `${HERE}/denoise/models/tiny.bin`,
      });
  });

  it('is a place for each file where `assets` names them, of the wasm file a folder as well', () => {
    expect(resolveAssets({ wasm: '/a/wasm' }, 'base').wasm).to.equal(`${HERE}/a/wasm/`);
    expect(resolveAssets({ wasm: '/a/simd.wasm?v=1' }, 'base').wasm).to.equal(`${HERE}/a/simd.wasm?v=1`);
    expect(resolveAssets({ worker: '/a/w.js' }, 'base').worker).to.equal(`${HERE}/a/w.js`);
  });

  it('is a file for a bundled model among others, a folder for any other, a manifest for a variant', () => {
    const among = (model: string): string => resolveAssets({ models: '/m/' }, model).model;
    expect(among('base')).to.equal(`${HERE}/m/base.bin`);
    expect(among('unet-8k')).to.equal(`${HERE}/m/unet-8k/`);
    expect(among('unet-8k/seed')).to.equal(`${HERE}/m/unet-8k/seed.json`);
  });

  it('is what the URL of a model says: folder, manifest or packed model', () => {
    const model = (url: string | URL): string => resolveAssets({}, url).model;
    expect(model('/m/base')).to.equal(`${HERE}/m/base/`);
    expect(model('/m/base/griffin-lim.json')).to.equal(`${HERE}/m/base/griffin-lim.json`);
    expect(model(new URL('/m/base-1a2b.bin?dpl=7', HERE))).to.equal(`${HERE}/m/base-1a2b.bin?dpl=7`);
  });

  it('is nowhere for a name that no bundled model has', () => {
    expect(() => resolveAssets({}, 'unet-8k'))
      .to.throw(/\(base, tiny\), got "unet-8k"\. .*npm install denoise-node-classic-models/)
      .with.property('code', 'model-load');
  });

  for (const model of ['base', 'tiny'])
    it(`is found by a node that is given a folder, for ${model}`, async () => {
      const context = new OfflineAudioContext(1, 48000, 48000);
      const node = new DenoiseNode(context, { model, assets: '/dist/' });
      await node.ready;
      expect([node.state, node.mode]).to.deep.equal(['running', 'shared']);
      node.dispose();
    });
});
