/**
 * For pages of tests in WebKitGTK, before any other script. WebKitGTK 2.50 reads through a null pointer in its own
 * thread AudioWorklet where a context is closed while a worklet is at work: a page without any code of ours, with a
 * plain worklet that takes its time on one core, crashes within 60 contexts, four times of four. One that is suspended
 * first, and left alone until a quantum under way has ended, did in none of 240. `close()` does that here.
 */
{
  const SETTLING_MS = 300;
  const close = AudioContext.prototype.close;
  AudioContext.prototype.close = async function () {
    if (this.state === 'running') {
      await this.suspend();
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    }
    return Reflect.apply(close, this, []);
  };
}
