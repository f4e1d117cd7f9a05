/** tools/wav-files.ts, for scripts that Node runs as they are. */
import { tsImport } from 'tsx/esm/api';

export const { readWavFile, wavBytes, writeLongFile, writeWavFile } = await tsImport(
  '../../tools/wav-files.ts',
  import.meta.url,
);
