/** Headers that give a page shared memory. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** Settings of the plugin. */
export interface DenoisePluginOptions {
  /**
   * Whether the servers of `vite` and `vite preview` isolate the page, so that the node works over shared memory.
   * Default true. Where the site is served later, its own server must send the same headers.
   */
  isolate?: boolean;
}

/** A plugin as Vite takes it. Its types are Vite's own in every version, so none of them is imported. */
export interface DenoisePlugin {
  readonly name: string;
  readonly config: () => {
    optimizeDeps: { exclude: string[] };
    server: { headers: Record<string, string> };
    preview: { headers: Record<string, string> };
  };
}

/**
 * For Vite's own servers: isolation headers, and the files of the package where they lie. Vite 5 to 7 move a dependency
 * without the files beside it (Vite 8 does not); `vite build` of any version needs no plugin.
 *
 * @example
 * import denoise from 'denoise-node/vite';
 * export default { plugins: [denoise()] };
 */
function denoise({ isolate = true }: DenoisePluginOptions = {}): DenoisePlugin {
  const headers = (): Record<string, string> => (isolate ? { ...ISOLATION } : {});
  return {
    name: 'denoise-node',
    config: () => ({
      optimizeDeps: { exclude: ['denoise-node'] },
      server: { headers: headers() },
      preview: { headers: headers() },
    }),
  };
}

export { denoise as default };
