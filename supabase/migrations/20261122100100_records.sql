-- Which way a call went, and how often its agent claimed what is not on record.

alter table public.calls
  add column direction text not null generated always as (case when starts_with(room, 'outbound-') then 'outbound' else 'inbound' end) stored;
comment on column public.calls.direction is
  'inbound, or outbound for a call that the clinic has made: the worker gives those rooms their names.';

create or replace function public.shift_summary(p_shift_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  with mine as (select c.* from public.calls c where c.shift_id = p_shift_id),
  turns as (select t.latency_ms from public.call_turns t join mine on mine.id = t.call_id),
  runs as (select r.error_code from public.tool_runs r join mine on mine.id = r.call_id),
  claims as (select k.matched from public.call_claims k join mine on mine.id = k.call_id)
  select jsonb_build_object(
    'calls', (select count(*) from mine),
    'outbound', (select count(*) from mine where mine.direction = 'outbound'),
    'outcomes', (
      select coalesce(jsonb_object_agg(o.outcome, o.n), '{}')
      from (select m.outcome, count(*) as n from mine m where m.outcome is not null group by m.outcome) o),
    'open', (select count(*) from mine where mine.outcome is null),
    'booked', (select count(*) from public.appointments a join mine on mine.id = a.call_id),
    'turns', (select count(*) from turns),
    'latency', (
      select jsonb_build_object(
        'p50', round(percentile_cont(0.5) within group (order by t.latency_ms)),
        'p95', round(percentile_cont(0.95) within group (order by t.latency_ms)), 'n', count(t.latency_ms)) from turns t),
    'greeting', (
      select jsonb_build_object(
        'p50', round(percentile_cont(0.5) within group (order by m.greeting_ms)),
        'p95', round(percentile_cont(0.95) within group (order by m.greeting_ms)), 'n', count(m.greeting_ms)) from mine m),
    'tools', (select jsonb_build_object('runs', count(*), 'errors', count(r.error_code)) from runs r),
    'claims', (
      select jsonb_build_object(
        'said', count(*), 'mismatches', count(*) filter (where k.matched = false),
        'calls', (select count(*) from mine where mine.audited_at is not null)) from claims k),
    'usage', (
      select coalesce(jsonb_object_agg(u.key, u.total), '{}')
      from (
        select k.key, sum((k.value #>> '{}')::numeric) as total from mine, jsonb_each(mine.usage) k
        where jsonb_typeof(k.value) = 'number' group by k.key) u),
    'from', coalesce(s.opened_at, s.created_at), 'to', coalesce(s.ended_at, now()))
  from public.shifts s where s.id = p_shift_id
$$;
comment on function public.shift_summary(uuid) is
  'What a shift has done so far. A call counts for the shift that had it last; outcomes and open add up to calls; p50 and p95 are ms; claims.calls are those whose claims were audited by then, and the last calls of a shift are audited after its end.';

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122100100' $$;

notify pgrst, 'reload schema';
