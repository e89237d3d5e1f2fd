/**
 * Faults inside a process of the bot, which loads this before anything of its own: NODE_OPTIONS=--import names it. It does
 * what comes in at the socket that INSIDE names (see orders.ts). What it replaces is Node's, never the product's.
 */
import dns from 'node:dns';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Order } from './orders.ts';

const state = { clockMs: 0, dnsIsDown: false };

const realDate = Date;
globalThis.Date = new Proxy(realDate, {
  construct: (real, args, target) => Reflect.construct(real, args.length === 0 ? [Date.now()] : args, target),
  get: (real, name) => (name === 'now' ? () => real.now() + state.clockMs : Reflect.get(real, name)),
});

dns.lookup = new Proxy(dns.lookup, {
  apply(real, self, args) {
    if (!state.dnsIsDown) return Reflect.apply(real, self, args);
    const fault = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${args[0]}`), { code: 'EAI_AGAIN' });
    setImmediate(() => args.at(-1)(fault));
  },
});

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function obey(order: Order): void {
  switch (order.kind) {
    case 'clock':
      state.clockMs += order.ms;
      return;
    case 'dns':
      state.dnsIsDown = order.isDown;
      return;
    case 'stand-still':
      return standStill(order.ms);
    case 'throw':
      setImmediate(() => {
        throw new Error('a fault that nobody foresaw');
      });
      return;
    case 'eat-memory':
      for (const eaten: number[][] = []; ; ) eaten.push(Array.from({ length: 100_000 }, () => Math.random()));
  }
}

const path = process.env['INSIDE'];
if (path !== undefined) {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (text) => {
      obey(JSON.parse(text.toString()));
      socket.end();
    });
  });
  server.listen(path).unref();
}
