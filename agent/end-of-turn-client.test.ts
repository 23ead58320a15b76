import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { END_OF_TURN_REPLY } from '../src/providers/end-of-turn-messages.ts';
import { EndOfTurnClient } from './end-of-turn-client.ts';

/** A worker that answers as told. */
class FakeWorker extends EventEmitter {
  readonly asked: { id: number; pcm: string }[] = [];
  readonly #answer: (id: number) => unknown;

  constructor(answer: (id: number) => unknown) {
    super();
    this.#answer = answer;
  }

  send(message: object): void {
    const request = message as { id: number; pcm: string };
    this.asked.push(request);
    const reply = this.#answer(request.id);
    if (reply !== undefined) queueMicrotask(() => this.emit('message', reply));
  }
}

describe('EndOfTurnClient', () => {
  it('gives each question the answer that belongs to it', async () => {
    const worker = new FakeWorker((id) => ({ case: END_OF_TURN_REPLY, id, probability: id / 10 }));
    const client = new EndOfTurnClient(worker);
    const answers = await Promise.all(['a', 'b', 'c'].map((pcm) => client.doInference('eot', { pcm })));
    expect(answers.map(({ probability }) => probability)).toEqual([0.1, 0.2, 0.3]);
    expect(worker.asked.map(({ pcm }) => pcm)).toEqual(['a', 'b', 'c']);
  });

  it('takes the turn to have ended when the worker does not answer', async () => {
    const client = new EndOfTurnClient(new FakeWorker(() => undefined));
    expect((await client.doInference('eot', { pcm: '' })).probability).toBe(1);
  });

  it('survives a worker that has died: its turns end after the limit', async () => {
    const worker = new EventEmitter();
    // As Node's own channel once it has closed: without a callback the error is an event, which ends the process.
    const send = (
      _message: object,
      _handle: undefined,
      _options: undefined,
      callback?: (error: Error) => void,
    ) => {
      const error = new Error('Channel closed');
      if (callback === undefined) worker.emit('error', error);
      else callback(error);
    };
    const client = new EndOfTurnClient(Object.assign(worker, { send }));
    expect((await client.doInference('eot', { pcm: '' })).probability).toBe(1);
  });

  it('ignores messages that are not for it, and malformed ones', async () => {
    const worker = new FakeWorker((id) => {
      worker.emit('message', { case: 'pingRequest' });
      worker.emit('message', { case: END_OF_TURN_REPLY, id: 'x' });
      worker.emit('message', null);
      return { case: END_OF_TURN_REPLY, id, probability: 0.4 };
    });
    expect((await new EndOfTurnClient(worker).doInference('eot', { pcm: '' })).probability).toBe(0.4);
  });
});
