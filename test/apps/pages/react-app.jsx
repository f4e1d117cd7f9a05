/** A call's page in React, under StrictMode, with the hook and the panel; also what its server renders. */

import { DenoiseNode } from 'denoise-node';
import { DenoisePanel, useDenoise } from 'denoise-node/react';
import { StrictMode, useEffect, useState } from 'react';

/** Long enough that nothing is late on a machine that others use. */
const LATENCY_HINT_SECONDS = 0.5;
const AFTER_SECONDS = 2;
/** What the page's component last gave, and how to give it something. */
const app = {};

function Call() {
  const [microphone, setMicrophone] = useState(null);
  const [limit, setLimit] = useState(60);
  const [context, setContext] = useState(undefined);
  const options = { context, latencyHint: LATENCY_HINT_SECONDS, attenuationLimit: limit, assets: {} };
  const denoised = useDenoise(microphone, options);
  useEffect(() => {
    Object.assign(app, { denoised, setMicrophone, setLimit, setContext });
  });
  return (
    <main>
      <p>{denoised.error?.message ?? denoised.state}</p>
      <DenoisePanel id="component" node={denoised.node} lang="" theme="auto" withoutMix onDenoiseReset={app.onReset} />
      <denoise-panel id="tag" lang="" theme="auto" persist="call" seconds={4} />
    </main>
  );
}

export function Page() {
  const [isOn, setOn] = useState(true);
  useEffect(() => {
    app.setOn = setOn;
  });
  return <StrictMode>{isOn && <Call />}</StrictMode>;
}

/** Resolves once it holds. */
async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function expect(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: expected ${expected}, got ${found}`);
}

globalThis.denoise = async (samples, sampleRate) => {
  await import('denoise-node/panel');
  await until(() => app.setMicrophone !== undefined);
  expect('state without a stream', app.denoised.state, 'idle');
  expect('stream without a stream', app.denoised.stream, null);

  const context = new AudioContext({ sampleRate });
  const buffer = context.createBuffer(1, samples.length, sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  const microphone = context.createMediaStreamDestination();
  source.connect(microphone);
  for (const [wrong, said] of [
    [new MediaStream(), /^useDenoise\(\): expected a stream with an audio track/],
    [Promise.resolve(microphone.stream), /Await it first/],
  ]) {
    app.setMicrophone(wrong);
    await until(() => said.test(app.denoised.error?.message));
  }

  // The sound goes through streams of one context, whose clock is one.
  app.setContext(context);
  app.setMicrophone(microphone.stream);
  await until(() => app.denoised.node?.context === context && app.denoised.state === 'running');
  const { node, stream, error } = app.denoised;
  expect('error', error, null);
  let overloads = 0;
  node.addEventListener('overload', () => overloads++);
  expect('level of an option', node.attenuationLimit.value, 60);
  app.setLimit(100);
  await until(() => node.attenuationLimit.value === 100);
  expect('node after another level', app.denoised.node, node);
  const panel = document.querySelector('#component');
  await panel.updateComplete;
  expect('node of the panel', panel.node, node);
  expect('property of the panel', panel.withoutMix, true);
  expect('state of the panel', panel.state, 'live');
  const enhanced = await globalThis.record(context.createMediaStreamSource(stream), source, AFTER_SECONDS);
  const { mode } = node;
  const late = node.getMetrics().underruns + overloads;

  app.setOn(false);
  await until(() => node.state === 'disposed');
  await until(async () => (await DenoiseNode.census()).nodes === 0);
  expect('tracks after unmounting', stream.getTracks()[0].readyState, 'ended');
  expect('the track that was given', microphone.stream.getTracks()[0].readyState, 'live');
  app.setOn(true);
  await until(() => document.querySelector('#component') !== null);
  await context.close();
  return { mode, enhanced, isLive: true, late };
};
