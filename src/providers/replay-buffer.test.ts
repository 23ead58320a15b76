import { describe, expect, it } from 'vitest';
import { ReplayBuffer } from './replay-buffer.ts';

const samples = (buffer: ReplayBuffer, position: number) =>
  buffer.after(position).flatMap((piece) => [...piece.pcm]);

describe('ReplayBuffer', () => {
  it('gives back what was not acknowledged, to the sample', () => {
    const buffer = new ReplayBuffer(100);
    buffer.push(Int16Array.of(1, 2, 3));
    buffer.push(Int16Array.of(4, 5, 6));
    buffer.acknowledge(4);
    expect([buffer.start, buffer.end]).toEqual([4, 6]);
    expect(samples(buffer, 0)).toEqual([5, 6]);
    expect(samples(buffer, 5)).toEqual([6]);
    expect(samples(buffer, 6)).toEqual([]);
  });

  it('never goes back, and never past its end', () => {
    const buffer = new ReplayBuffer(100);
    buffer.push(Int16Array.of(1, 2, 3));
    buffer.acknowledge(9);
    buffer.acknowledge(1);
    expect([buffer.start, buffer.end]).toEqual([3, 3]);
    buffer.push(Int16Array.of(4));
    expect(samples(buffer, 0)).toEqual([4]);
  });

  it('keeps the newest audio when there is too much', () => {
    const buffer = new ReplayBuffer(3);
    buffer.push(Int16Array.of(1, 2));
    buffer.push(Int16Array.of(3, 4, 5));
    expect(samples(buffer, 0)).toEqual([3, 4, 5]);
  });
});
