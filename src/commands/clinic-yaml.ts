import { Document, LineCounter, isNode, isScalar, parseDocument, visit } from 'yaml';
import { type ClinicFileProblem, type LineOf, clinicFileError } from '../clinic/clinic-file.ts';
import { CLINIC_FILE } from '../config/desk-defaults.ts';

/** A file as YAML has it: the value, and where its parts stand. */
export interface ParsedYaml {
  readonly value: unknown;
  readonly lineOf: LineOf;
}

/**
 * Reads YAML 1.2, in which `no` is a word and 09:00 a text.
 * @throws OpenhoursError CLINIC_FILE_INVALID with every mistake of its syntax, such as a key that stands there twice, by its line.
 */
export function parseYaml(text: string): ParsedYaml {
  if (Buffer.byteLength(text) > CLINIC_FILE.longestBytes) {
    throw yamlError([
      { problem: `is longer than ${CLINIC_FILE.longestBytes / 1024} kB`, remedy: 'is it the right one?' },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    problem: `is not YAML here (${message})`,
    remedy: 'look at this line, and at the indentation of the one before',
  }));
  if (problems.length > 0) throw yamlError(problems);
  const lineOf: LineOf = (path) => {
    // What is missing has the line of what it is missing from.
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, lineOf };
  } catch (cause) {
    // Anchors that repeat each other, until the memory is full.
    const problem = `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
    throw yamlError([{ problem, remedy: 'write its values out' }]);
  }
}

/** Writes YAML that {@link parseYaml} reads as the same value; lists of words stand on one line. */
export function writeYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Seq: (_key, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 110, singleQuote: true, flowCollectionPadding: false });
}

function yamlError(problems: readonly Omit<ClinicFileProblem, 'path'>[]) {
  return clinicFileError(problems.map((one) => ({ path: '', ...one })));
}
