/** Libraries that parse what comes in inside a listener throw there, past every promise: that would end the process. */
import type { EventEmitter } from 'node:events';

/** What listeners of the event throw is the fault of who sent it: it costs the connection, by `end`, and nothing else. */
export function contain(emitter: EventEmitter, name: string, end: (error: unknown) => void): void {
  const emit = emitter.emit.bind(emitter);
  emitter.emit = (event: string | symbol, ...given: unknown[]) => {
    if (event !== name) return emit(event, ...given);
    try {
      return emit(event, ...given);
    } catch (error) {
      end(error);
      return true;
    }
  };
}
