import { type ReadableStream, TransformStream } from 'node:stream/web';
import { SpokenTextStream } from '../src/clinic/spoken-text-stream.ts';

/**
 * What stands between what is said and the voice: numbers, times and titles in words of the call's language. The conversation and the ledger keep
 * the text as it was.
 */
export function spokenBy(language: () => string): (text: ReadableStream<string>) => ReadableStream<string> {
  return (text) => {
    const spoken = new SpokenTextStream(language);
    return text.pipeThrough(
      new TransformStream<string, string>({
        transform: (piece, controller) => {
          const ready = spoken.push(piece);
          if (ready !== '') controller.enqueue(ready);
        },
        flush: (controller) => {
          const rest = spoken.rest();
          if (rest !== '') controller.enqueue(rest);
        },
      }),
    );
  };
}
