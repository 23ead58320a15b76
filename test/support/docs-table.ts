import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/config/paths.ts';

/** The rows of the table under a heading of a page in `docs/`, as cells without their back-ticks. */
export function docsTable(page: string, heading: string): string[][] {
  const text = readFileSync(join(projectRoot(), 'docs', page), 'utf8');
  const section = text.split(/^(?=#)/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  // The first two are the headings and the rule under them.
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}
