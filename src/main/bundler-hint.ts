/** What else to do where a file is missing that a bundler has left behind; empty, or a sentence after a space. */
export function bundlerHint(url: string): string {
  if (!url.includes('/.vite/deps/')) return '';
  return (
    ' Vite 5 to 7 move a dependency without the files beside it: add the plugin of denoise-node/vite, or ' +
    "optimizeDeps: { exclude: ['denoise-node'] }."
  );
}
