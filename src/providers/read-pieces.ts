import { PieceList, SentenceCutter } from './spoken-pieces.ts';

/** A voice stream's input, as it comes, in sentences; a symbol is the framework's flush. */
export function readPieces(input: AsyncIterable<string | symbol>): PieceList {
  const pieces = new PieceList();
  void fill(input, pieces);
  return pieces;
}

async function fill(input: AsyncIterable<string | symbol>, pieces: PieceList): Promise<void> {
  const cutter = new SentenceCutter();
  for await (const item of input) {
    for (const piece of typeof item === 'symbol' ? [cutter.rest()] : cutter.push(item)) pieces.add(piece);
  }
  pieces.add(cutter.rest());
  pieces.end();
}
