import { DateTime } from 'luxon';
import { shiftsBetween } from '../clinic/hours.ts';
import { type NamedCalendar, type PlanDay, zoneOf } from './schedule-days.ts';
import { type Schedule, type ScheduleEntry, startsOf } from './schedule.ts';

/** Half-hours of a day. */
const SLOTS = 48;
const SLOT_MS = 1_800_000;
const SIGNS = { open: '█', start: '▸', relay: '⟳', closed: '·' } as const;

/** The usual week, without closures and special days, in half-hours on the clock of the first clinic. */
export function weekChart(calendars: readonly NamedCalendar[], schedule: Schedule, nowMs: number): string[] {
  const zone = zoneOf(calendars);
  const monday = DateTime.fromMillis(nowMs, { zone }).startOf('week');
  const usual = calendars.map((calendar) => ({ ...calendar, closures: [] }));
  const shifts = shiftsBetween(usual, monday.toMillis(), monday.plus({ days: 7 }).toMillis());
  const weekly = schedule.entries.filter(({ dated }) => !dated);
  const starts = startsOf(weekly, monday.toMillis(), monday.plus({ days: 7 }).toMillis());
  const hours = Array.from({ length: 8 }, (_, index) =>
    String(index * 3)
      .padStart(2, '0')
      .padEnd(6),
  );
  const rows = Array.from({ length: 7 }, (_, index) => {
    const day = monday.plus({ days: index });
    const cells = Array.from({ length: SLOTS }, (__, slot) => {
      const from = day.toMillis() + slot * SLOT_MS;
      const start = starts.find(({ atMs }) => atMs >= from && atMs < from + SLOT_MS);
      if (start !== undefined) return start.entry.kind === 'relay' ? SIGNS.relay : SIGNS.start;
      return shifts.some(({ opensAt, closesAt }) => opensAt < from + SLOT_MS && closesAt > from)
        ? SIGNS.open
        : SIGNS.closed;
    });
    return `  ${day.setLocale('en').toFormat('ccc')}  ${cells.join('')}`;
  });
  return [
    `The usual week, ${zone}: ${SIGNS.start} start, ${SIGNS.open} open, ${SIGNS.relay} relay, ${SIGNS.closed} closed`,
    `       ${hours.join('')}24`,
    ...rows,
  ];
}

/** The entries as a table. */
export function entryTable(entries: readonly ScheduleEntry[]): string[] {
  const rows = entries.map(({ name, opens, cron, timeZone, purpose, dated }) => [
    name,
    opens,
    cron,
    timeZone,
    dated ? `${purpose}, then removed` : purpose,
  ]);
  const lines = [['ENTRY', 'OPENING', 'STARTS', 'ZONE', 'FOR'], ...rows];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

/** One line for each start, and one for a day without. */
export function dayLines(days: readonly PlanDay[]): string[] {
  return days.flatMap(({ date, weekday, shifts, starts, note }) => {
    const open = shifts.map(({ opens, closes }) =>
      opens === 'always' && closes === 'never' ? 'open all day' : `open ${opens}–${closes}`,
    );
    const what = open.length === 0 ? `closed: ${note ?? 'nothing opens'}` : open.join(', ');
    const head = `  ${weekday} ${date}  ${what}${open.length > 0 && note !== undefined ? ` (${note})` : ''}`;
    return [head, ...starts.map(startLine)];
  });
}

function startLine({ entry, at, local, does, why }: PlanDay['starts'][number]): string {
  const what = does === 'leaves' ? `leaves at once, ${why ?? ''}` : does;
  return `      ${local} (${at.slice(11, 16)} UTC)  ${entry} ${what}`;
}
