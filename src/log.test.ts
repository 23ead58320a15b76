import { describe, expect, test } from 'vitest';
import { collectLog } from '../test/support/log.ts';
import { OpenhoursError } from './errors.ts';
import { createLogger, traceField } from './log.ts';

describe('a line', () => {
  test('is one JSON object as Cloud Logging reads it', () => {
    const { log, lines } = collectLog();
    const before = Date.now();
    log.info({ greetingMs: 812 }, 'caller greeted');
    expect(lines).toEqual([
      { severity: 'INFO', time: expect.any(String) as string, greetingMs: 812, message: 'caller greeted' },
    ]);
    const time = Date.parse(String(lines[0]?.time));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  test('has the severities of Cloud Logging', () => {
    const { log, lines } = collectLog();
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]('x');
    expect(lines.map(({ severity }) => severity)).toEqual([
      'DEBUG',
      'DEBUG',
      'INFO',
      'WARNING',
      'ERROR',
      'CRITICAL',
    ]);
  });

  test('is not written below the level', () => {
    const written: string[] = [];
    const log = createLogger({ level: 'warn', destination: { write: (line) => void written.push(line) } });
    log.info('x');
    expect(written).toEqual([]);
  });

  test('has the fields of its process and of its call', () => {
    const written: string[] = [];
    createLogger({
      level: 'info',
      fields: { workerId: 'worker-1' },
      destination: { write: (line) => void written.push(line) },
    })
      .child({ callId: 'call-1' })
      .info('x');
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ workerId: 'worker-1', callId: 'call-1' });
  });

  test('about an error has its code, its fields, its cause and where it came from', () => {
    const { log, lines } = collectLog();
    const cause = new Error('ECONNREFUSED');
    log.error(
      { error: new OpenhoursError('DATABASE_FAILED', 'no row', { cause, details: { status: 500 } }) },
      'x',
    );
    expect(lines[0]?.error).toMatchObject({ code: 'DATABASE_FAILED', details: { status: 500 } });
    const { message, stack } = lines[0]?.error as { message: string; stack: string };
    expect(message).toContain('no row');
    expect(stack).toContain('log.test.ts');
    expect(stack).toContain('ECONNREFUSED');
  });
});

describe('what a caller says is never written', () => {
  const NAME = 'Sara Notreal';

  test.each([
    ['under pii', { pii: { name: NAME } }],
    ['under pii of a field', { turn: { pii: NAME, index: 2 } }],
    ['under a key of the framework', { 'lk.pii.user_transcript': NAME, 'lk.pii.args': { name: NAME } }],
  ])('%s', (_, fields) => {
    const { log, lines } = collectLog();
    log.info(fields, 'x');
    log.child({ component: 'livekit' }).info(fields, 'x');
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain(NAME);
  });

  test('nor as a field of a whole call’s lines', () => {
    const { log, lines } = collectLog();
    log.child({ pii: { name: NAME } }).info('x');
    log.child({ job: { id: 'AJ_1', room: { name: NAME }, participant: { name: NAME } } }).info('x');
    expect(lines).toMatchObject([{}, { job: { id: 'AJ_1' } }]);
    expect(JSON.stringify(lines)).not.toContain(NAME);
  });

  test('and what stands beside it is', () => {
    const { log, lines } = collectLog();
    log.info({ 'lk.pii.user_transcript': NAME, 'lk.turn': 3, pii: NAME, tool: 'find_slots' }, 'x');
    expect(lines).toMatchObject([{ 'lk.turn': 3, tool: 'find_slots', pii: '[redacted]' }]);
  });
});

test('the lines of a call share a trace, which Cloud Logging takes as 32 hexadecimal digits', () => {
  const id = '0b57ab6e-7d0e-4f2c-8a54-0a51f1a9b7c3';
  const key = 'logging.googleapis.com/trace';
  expect(traceField(id, undefined)[key]).toBe('0b57ab6e7d0e4f2c8a540a51f1a9b7c3');
  expect(traceField(id, 'my-project')[key]).toBe(
    'projects/my-project/traces/0b57ab6e7d0e4f2c8a540a51f1a9b7c3',
  );
});
