#!/usr/bin/env node
/**
 * `count-tests.js PROJECT REPORT FAILED`: reads vitest's JSON report of one project and prints `passed failed`. Every failure is
 * appended to the file FAILED with the start of its message, for the end of a run's output, which is the part that is kept and read.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Of a failure's message: what failed and where; the rest stands further up in the output. */
const LINES_SHOWN = 12;

const [project, reportFile, failedFile] = process.argv.slice(2);

function note(title, message) {
  const lines = stripVTControlCharacters(message ?? '')
    .split('\n')
    .slice(0, LINES_SHOWN);
  appendFileSync(failedFile, [`✗ ${title}`, ...lines.map((line) => `    ${line}`), ''].join('\n'));
}

if (!existsSync(reportFile)) {
  note(project, 'wrote no report: see its output');
  process.stdout.write('0 1\n');
} else {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  let failures = 0;
  for (const suite of report.testResults) {
    const file = `${project}, ${relative(process.cwd(), suite.name)}`;
    const failed = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) note(`${file}: ${test.fullName}`, test.failureMessages?.[0]);
    // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
    if (suite.status === 'failed' && failed.length === 0) note(file, suite.message);
    failures += suite.status === 'failed' ? Math.max(1, failed.length) : 0;
  }
  process.stdout.write(`${report.numPassedTests} ${failures}\n`);
}
