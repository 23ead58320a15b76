import { Gauge, Registry } from 'prom-client';
import type { StatusSource } from './app.ts';

/** How many calls there are, how many there may be, and whether more are taken: what the number of workers is decided from. */
export function callGauges(source: Pick<StatusSource, 'activeCalls' | 'maxCalls' | 'ready'>): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('openhours_active_calls', 'Calls in progress', source.activeCalls);
  gauge('openhours_max_calls', 'Calls that the worker takes at a time', () => source.maxCalls);
  gauge('openhours_taking_calls', '1 while the worker takes calls, otherwise 0', () =>
    Number(source.ready()),
  );
  return registry;
}
