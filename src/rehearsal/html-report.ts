import type { RehearsalReport, ReportedRun, ReportedScenario } from './report.ts';
import type { Spread } from './statistics.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #b3261e; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --good: #6fdd8b; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 2rem 1rem; }
h1 { font-size: 1.6rem; margin: 0; }
.figures { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 2rem; padding: 0; }
.figures div { min-width: 8rem; } .figures dt { opacity: .75; font-size: .85rem; } .figures dd { margin: 0; font-size: 1.2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); }
summary { cursor: pointer; } summary:focus-visible { outline: 2px solid; }
.call { margin: .5rem 0 1rem; padding: .5rem .8rem; background: var(--soft); border-radius: .4rem; overflow-wrap: anywhere; }
.call p { margin: .25rem 0; } .who { display: inline-block; width: 4.5rem; opacity: .75; } .tool { opacity: .75; font-size: .85rem; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } tr, .call p { break-inside: avoid; } }
`;

/** A rehearsal's report as one HTML page that needs nothing else: no script, no font, no image. */
export function htmlReport(report: RehearsalReport): string {
  const { passed, calls, scenarios } = report;
  const failed = scenarios.filter((one) => one.passed < one.runs.length);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal: ${passed} of ${calls} calls passed</title><style>${STYLE}</style></head>
<body>
<h1>Rehearsal: <span class="${report.ok ? 'good' : 'bad'}">${passed} of ${calls} calls passed</span></h1>
<p>${html(report.startedAt)}, by ${html(report.by)}, ${html(report.callers)} callers, language model: ${html(report.language)}.</p>
${figures(report)}
${failed.length === 0 ? '' : `<h2 class="bad">Failed</h2>${failed.map(details).join('\n')}`}
<h2>Scenarios</h2>
<table><thead><tr><th>Scenario</th><th class="n">Passed</th><th class="n">Turns</th><th class="n">Answer p50</th><th class="n">p95</th></tr></thead>
<tbody>${scenarios.map(tableRow).join('\n')}</tbody></table>
<h2>Calls</h2>
${scenarios
  .filter((one) => !failed.includes(one))
  .map(details)
  .join('\n')}
</body></html>
`;
}

function figures(report: RehearsalReport): string {
  const list: [string, string][] = [
    ['Pass rate', `${(report.passRate * 100).toFixed(1)} %`],
    ['Took', `${(report.durationMs / 1000).toFixed(1)} s`],
    ['Turns per call', three(report.turnsPerCall)],
    ['Words per turn', three(report.wordsPerTurn)],
    ['Answer, ms', three(report.latencyMs)],
    ['Interruptions', report.interruptions === null ? '–' : String(report.interruptions)],
    ['Stopped after, ms', report.interruptionMs === null ? '–' : three(report.interruptionMs)],
    ['Greeting, ms', report.greetingMs === null ? '–' : three(report.greetingMs)],
    ['Dead air, ms', report.deadAirMs === null ? '–' : three(report.deadAirMs)],
  ];
  const cells = list.map(([name, value]) => `<div><dt>${html(name)}</dt><dd>${html(value)}</dd></div>`);
  return `<dl class="figures">${cells.join('')}</dl><p>Three figures are p50, p95 and p99.</p>`;
}

const three = ({ p50, p95, p99 }: Spread) => `${p50 ?? '–'} / ${p95 ?? '–'} / ${p99 ?? '–'}`;

function tableRow({ id, title, passed, runs, latencyMs }: ReportedScenario): string {
  const good = passed === runs.length;
  const turns = Math.max(0, ...runs.map((run) => run.turns.filter(({ caller }) => caller !== null).length));
  return `<tr><td><a href="#${html(id)}">${html(id)}</a><br>${html(title)}</td>
<td class="n ${good ? 'good' : 'bad'}">${passed} of ${runs.length}</td><td class="n">${turns}</td>
<td class="n">${latencyMs.p50 ?? '–'}</td><td class="n">${latencyMs.p95 ?? '–'}</td></tr>`;
}

/** The calls of a scenario: those that failed, else the first one. */
function details({ id, title, passed, runs }: ReportedScenario): string {
  const failed = runs.filter((run) => !run.passed);
  const shown = failed.length === 0 ? runs.slice(0, 1) : failed;
  return `<details id="${html(id)}"${failed.length === 0 ? '' : ' open'}>
<summary><b>${html(id)}</b> ${html(title)} <span class="${failed.length === 0 ? 'good' : 'bad'}">${passed} of ${runs.length}</span></summary>
${shown.map(callText).join('\n')}</details>`;
}

function callText({ problems, outcome, reason, turns, durationMs, sound }: ReportedRun): string {
  const wrong = problems.map(({ in: where, text }) => `<p class="bad">${html(where)}: ${html(text)}</p>`);
  const lines = turns.map(({ caller, agent, tools, latencyMs, recognised }) => {
    const heard = recognised == null ? '' : ` <span class="tool">heard: ${html(shorten(recognised))}</span>`;
    const said =
      caller === null ? '' : `<p><span class="who">Caller</span> ${html(shorten(caller))}${heard}</p>`;
    const ran = tools.map(
      ({ name, arguments: args }) =>
        `<p class="tool"><span class="who"></span> ${html(`${name} ${shorten(args)}`)}</p>`,
    );
    const ms = latencyMs === null ? '' : ` <span class="tool">${Math.round(latencyMs)} ms</span>`;
    return `${said}${ran.join('')}<p><span class="who">Agent</span> ${html(agent === '' ? '(nothing)' : agent)}${ms}</p>`;
  });
  const end = `<p class="tool">Outcome: ${html(outcome ?? 'none')} (${html(reason ?? '–')}), ${durationMs} ms${html(soundText(sound))}</p>`;
  return `<div class="call">${wrong.join('')}${lines.join('')}${end}</div>`;
}

function soundText(sound: ReportedRun['sound']): string {
  if (sound === undefined) return '';
  const stops = sound.interruptionsMs.map((ms) => (ms === null ? 'never' : `${Math.round(ms)} ms`));
  const cut = stops.length === 0 ? '' : `; interrupted, silent after ${stops.join(', ')}`;
  return `; dead air ${Math.round(sound.deadAirMs)} ms${cut}`;
}

/** Text that may be as long as it likes. */
const shorten = (text: string) =>
  text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
