/** The pagers there are: another one is a file beside this and a line here. */
import type { Pager } from '../../engine/ports.ts';
import { makeOpsgenie } from './opsgenie.ts';

export interface PagerSettings {
  opsgenieApiKey?: string | undefined;
  opsgenieReadKey?: string | undefined;
  opsgenieApiUrl: string;
}

type Maker = (settings: PagerSettings) => Pager | undefined;

const makers: Maker[] = [
  ({ opsgenieApiKey: alertKey, opsgenieReadKey, opsgenieApiUrl: apiUrl }) =>
    alertKey === undefined ? undefined : makeOpsgenie({ apiUrl, alertKey, readKey: opsgenieReadKey ?? alertKey }),
];

/** The first pager that the settings hold keys for; none: every page takes the second route. */
export function makePager(settings: PagerSettings): Pager | undefined {
  for (const make of makers) {
    const pager = make(settings);
    if (pager) return pager;
  }
  return undefined;
}
