-- What is made of a call once it is over: who is at it, how far it is, and that it is done once.

alter table public.calls
  add column record_attempts int not null default 0 check (record_attempts >= 0),
  add column record_taken_by text,
  add column record_next_at timestamptz,
  add column audited_at timestamptz,
  add column recorded_at timestamptz;
comment on column public.calls.record_attempts is 'How often a worker has begun with the record of the call.';
comment on column public.calls.record_next_at is 'Nobody else begins with the record before; null: at once.';
comment on column public.calls.audited_at is 'When what was said in it had been compared with what is stored.';
comment on column public.calls.recorded_at is 'When the record was complete: audit, confirmations, cost, and a summary if there is one.';
-- Nobody is written to about calls of weeks ago.
update public.calls set recorded_at = ended_at where ended_at is not null;
create index calls_to_record on public.calls (ended_at) where ended_at is not null and recorded_at is null and clinic_id is not null;

create function public.changed_appointments(p_call_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'appointment_id', a.id,
    'change', case when a.status = 'cancelled' then 'cancelled' when a.moved_from is not null then 'moved' else 'booked' end,
    'patient_id', a.patient_id, 'patient_phone', t.phone, 'starts_at', a.starts_at, 'ends_at', a.ends_at,
    'service', s.name, 'practitioner', p.name) order by a.starts_at, a.id), '[]')
  from public.appointments a
  join public.practitioners p on p.id = a.practitioner_id
  join public.services s on s.id = a.service_id
  join public.patients t on t.id = a.patient_id
  where t.erased_at is null and (
    (a.status = 'booked' and a.call_id = p_call_id)
    -- What was made and unmade in the same call left nothing behind; what was moved is told with where it went.
    or (a.status = 'cancelled' and a.cancelled_by_call = p_call_id
      and (a.call_id is distinct from p_call_id or a.moved_from is not null)
      and not exists (select from public.appointments n where n.moved_from = a.id)))
$$;
comment on function public.changed_appointments(uuid) is
  'How a call left the appointments it changed: [{appointment_id, change (booked, moved, cancelled), patient_id, patient_phone, starts_at, ends_at, service, practitioner}], earliest first.';

create function public.take_call_record(
  p_agent_name text, p_worker_id text, p_limit_ms int, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_call public.calls;
begin
  update public.calls k set
    record_attempts = k.record_attempts + 1, record_taken_by = p_worker_id,
    record_next_at = v_now + make_interval(secs => p_limit_ms / 1000.0)
  where k.id = (
    select x.id from public.calls x join public.clinics c on c.id = x.clinic_id
    where c.agent_name = p_agent_name and x.clinic_id is not null and x.ended_at is not null and x.recorded_at is null
      and coalesce(x.record_next_at <= v_now, true)
      -- A call whose record ends every worker that begins with it is left alone in the end.
      and x.record_attempts < 8
    order by x.ended_at, x.id
    limit 1
    for no key update of x skip locked)
  returning k.* into v_call;
  return (
    select jsonb_build_object(
      'call_id', v_call.id, 'epoch', v_call.epoch, 'attempt', v_call.record_attempts, 'audited', v_call.audited_at is not null,
      'purged', v_call.purged_at is not null, 'caller_number', v_call.caller_number, 'outcome', v_call.outcome, 'reason', v_call.reason,
      'language', v_call.language, 'ended_at', v_call.ended_at, 'usage', v_call.usage,
      'clinic', jsonb_build_object(
        'id', c.id, 'name', c.name, 'time_zone', c.time_zone, 'country', c.country, 'language', c.language,
        'redact_transcripts', c.redact_transcripts, 'sends_messages', c.sms_from is not null,
        'number', (select min(n.number) from public.clinic_numbers n where n.clinic_id = c.id),
        'practitioners', (select coalesce(jsonb_agg(p.name order by p.name), '[]') from public.practitioners p where p.clinic_id = c.id)),
      'patients', (
        select coalesce(jsonb_agg(t.full_name order by t.full_name), '[]')
        from public.call_patients v join public.patients t on t.id = v.patient_id where v.call_id = v_call.id),
      'appointments', public.changed_appointments(v_call.id),
      'turns', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'index', t.index, 'caller_text', t.caller_text, 'agent_text', t.agent_text) order by t.index), '[]')
        from public.call_turns t where t.call_id = v_call.id))
    from public.clinics c where c.id = v_call.clinic_id);
end $$;
comment on function public.take_call_record(text, text, int, timestamptz) is
  'Takes the call that has been over for longest without a record, for p_limit_ms, with all that the record is made from; null when there is none. Each is one worker''s; one that the worker does not finish in time is another''s, eight times at most.';

create function public.note_call_record(
  p_call_id uuid, p_worker_id text, p_audited boolean default false, p_done boolean default false, p_retry_ms int default null,
  p_now timestamptz default now()
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
begin
  update public.calls k set
    audited_at = case when p_audited or p_done then coalesce(k.audited_at, v_now) else k.audited_at end,
    recorded_at = case when p_done then v_now end,
    record_next_at = case
      when p_done then null
      when p_retry_ms is null then k.record_next_at
      else v_now + make_interval(secs => greatest(p_retry_ms, 0) / 1000.0) end,
    -- It has names and numbers in it, and nobody takes the call over any more.
    state = case when p_done and (select c.redact_transcripts from public.clinics c where c.id = k.clinic_id) then '{}' else k.state end
  where k.id = p_call_id and k.record_taken_by = p_worker_id and k.recorded_at is null;
  return found;
end $$;
comment on function public.note_call_record(uuid, text, boolean, boolean, int, timestamptz) is
  'How far a worker is with the record of a call: audited, done, or to be taken up again after p_retry_ms. False when it is another worker''s by now, or done: leave it then. Done also empties the state of a call whose clinic redacts.';

create function public.calendar_appointment(p_appointment_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'appointment', jsonb_build_object(
      'appointment_id', a.id, 'status', a.status, 'starts_at', a.starts_at, 'ends_at', a.ends_at, 'service', s.name, 'practitioner', p.name),
    'clinic', jsonb_build_object(
      'name', c.name, 'time_zone', c.time_zone,
      'phone', (select min(n.number) from public.clinic_numbers n where n.clinic_id = c.id)))
  from public.appointments a
  join public.practitioners p on p.id = a.practitioner_id
  join public.services s on s.id = a.service_id
  join public.clinics c on c.id = a.clinic_id
  where a.id = p_appointment_id
$$;
comment on function public.calendar_appointment(uuid) is
  'An appointment and its clinic as a calendar file needs them, with nothing of the patient: {appointment, clinic}; null when there is no such appointment.';

create function public.find_patients(
  p_clinic_slug text, p_patient_id uuid default null, p_name text default null, p_born date default null
) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('clinic_id', c.id, 'patients', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'patient_id', t.id, 'full_name', t.full_name, 'date_of_birth', t.date_of_birth, 'erased_at', t.erased_at) order by t.created_at, t.id), '[]')
    from public.patients t
    where t.clinic_id = c.id and (
      t.id = p_patient_id
      or (p_patient_id is null and t.date_of_birth = p_born and public.fold_name(t.full_name) = public.fold_name(p_name)))))
  from public.clinics c where c.slug = p_clinic_slug
$$;
comment on function public.find_patients(text, uuid, text, date) is
  'The operator''s search: {clinic_id, patients: [{patient_id, full_name, date_of_birth, erased_at}]} by id, or by full name (case, accents and order do not count) and date of birth; null when there is no such clinic.';

revoke execute on function public.changed_appointments(uuid),
  public.take_call_record(text, text, int, timestamptz),
  public.note_call_record(uuid, text, boolean, boolean, int, timestamptz),
  public.calendar_appointment(uuid),
  public.find_patients(text, uuid, text, date)
  from public, anon, authenticated;
grant execute on function public.changed_appointments(uuid),
  public.take_call_record(text, text, int, timestamptz),
  public.note_call_record(uuid, text, boolean, boolean, int, timestamptz),
  public.calendar_appointment(uuid),
  public.find_patients(text, uuid, text, date)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122090500' $$;

notify pgrst, 'reload schema';
