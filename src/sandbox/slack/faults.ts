/** Faults on demand for Slack: as for the other servers, and by what a call says, such as one channel. */
import type { FaultEffect } from '../faults.ts';
import type { Json } from './json.ts';

export interface SlackFault {
  /** the method it strikes, or every one; `response_url` strikes those answers */
  method?: string;
  match?: (args: Json) => boolean;
  effect: FaultEffect;
  /** how often; without it for ever */
  times?: number;
}

export interface SlackFaults {
  add(fault: SlackFault): void;
  clear(): void;
  /** the fault that strikes this call, counted down */
  take(method: string, args: Json): FaultEffect | undefined;
}

export function makeFaults(): SlackFaults {
  let waiting: SlackFault[] = [];
  return {
    add: (fault) => void waiting.push({ ...fault }),
    clear: () => {
      waiting = [];
    },
    take(name, args) {
      const fault = waiting.find(
        ({ method = name, match = () => true, times = 1 }) => method === name && times > 0 && match(args),
      );
      if (fault?.times !== undefined) fault.times -= 1;
      return fault?.effect;
    },
  };
}
