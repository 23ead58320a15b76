import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';

function breakerAt(startMs = 0) {
  const clock = { ms: startMs };
  const breaker = new CircuitBreaker({ failures: 2, retryMs: 10_000, nowMs: () => clock.ms });
  return { clock, breaker };
}

describe('CircuitBreaker', () => {
  it('opens after two failures in a row, and lets one request try after ten seconds', () => {
    const { clock, breaker } = breakerAt();
    expect(breaker.allows()).toBe(true);
    breaker.failed();
    expect(breaker.allows()).toBe(true);
    breaker.failed();
    expect([breaker.state, breaker.allows()]).toEqual(['open', false]);
    clock.ms = 9_999;
    expect(breaker.allows()).toBe(false);
    clock.ms = 10_000;
    expect([breaker.state, breaker.allows(), breaker.allows()]).toEqual(['half-open', true, false]);
    breaker.succeeded();
    expect([breaker.state, breaker.allows()]).toEqual(['closed', true]);
  });

  it('opens again at once when the try fails', () => {
    const { clock, breaker } = breakerAt();
    breaker.failed();
    breaker.failed();
    clock.ms = 10_000;
    breaker.allows();
    breaker.failed();
    clock.ms = 19_999;
    expect(breaker.allows()).toBe(false);
    clock.ms = 20_000;
    expect(breaker.allows()).toBe(true);
  });

  it('counts only failures in a row', () => {
    const { breaker } = breakerAt();
    breaker.failed();
    breaker.succeeded();
    breaker.failed();
    expect(breaker.state).toBe('closed');
  });

  it('gives the try to the next when the first was given up, or never told how it went', () => {
    const { clock, breaker } = breakerAt();
    breaker.failed();
    breaker.failed();
    clock.ms = 10_000;
    breaker.allows();
    breaker.abandoned();
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
    clock.ms = 20_000;
    expect(breaker.allows()).toBe(true);
  });

  it('never lets a second request through within the wait of an open breaker', () => {
    const step = fc.record({ waitMs: fc.nat(4_000), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { clock, breaker } = breakerAt();
        let lastFailures = 0;
        let blockedUntil = -1;
        for (const { waitMs, fails } of steps) {
          clock.ms += waitMs;
          const allowed = breaker.allows();
          expect(allowed).toBe(clock.ms >= blockedUntil);
          if (!allowed) continue;
          if (fails) breaker.failed();
          else breaker.succeeded();
          lastFailures = fails ? lastFailures + 1 : 0;
          blockedUntil = lastFailures >= 2 ? clock.ms + 10_000 : -1;
        }
      }),
    );
  });
});
