import { executeServerCommand } from '@web/test-runner-commands';
import { wait } from './support.ts';

/** What comes of a page (its path) that is served without isolation headers, in a tab of its own. */
export async function visitUnisolated(path: string): Promise<unknown> {
  const visit = await executeServerCommand<number, string>('visit-unisolated', path);
  for (;;) {
    const { outcome } = await executeServerCommand<{ outcome?: unknown }, number>('outcome-of-visit', visit);
    if (outcome !== undefined) return outcome;
    await wait(100);
  }
}
