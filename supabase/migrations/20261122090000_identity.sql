-- Who is calling: a call has the patients it has verified, and every function that reads or changes anything of a patient asks
-- require_patient() first. What a model says, and whatever id it makes up, cannot widen that.
--
-- Verifying locks the call's row, so that tries sent at once count one after the other.

create extension if not exists pgcrypto with schema extensions;

create function public.fold_name(p_name text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select coalesce(left(string_agg(w.word, ' ' order by w.word collate "C"), 240), '')
  from regexp_split_to_table(
    regexp_replace(
      lower(normalize(
        -- Accents and Arabic vowel signs, which are heard and left out by turns; apostrophes; characters that are not seen.
        regexp_replace(
          normalize(p_name, NFKD),
          '[\u0300-\u036F\u064B-\u065F\u0670''\u2018\u2019\u02BC`\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]', '', 'g'),
        NFKC)),
      -- The vowel signs of Indian and South-East Asian scripts are no letters to a regular expression, and yet make the name.
      '[^[:alnum:]\u0900-\u109F\u1780-\u17FF]+', ' ', 'g'),
    ' ') w(word)
  where w.word <> ''
$$;
comment on function public.fold_name(text) is
  'A name as it is compared: lower case, letters and digits without accents, words in order of the alphabet, 240 characters at most; empty when no letter or digit is in it. An index is built on it: whoever changes it rebuilds patients_name_birth.';

alter table public.patients add column code_hash text;
comment on column public.patients.code_hash is
  'bcrypt of the code that the patient keys in. The clinic''s users can read it, as they can the name and birth date that prove as much.';
create index patients_name_birth on public.patients (clinic_id, public.fold_name(full_name), date_of_birth);
create index patients_phone on public.patients (clinic_id, phone) where phone is not null;
-- A father and a son can have one name and one telephone: with a birth date the number is no identity.
drop index public.patients_identity;
create unique index patients_identity on public.patients (clinic_id, phone, lower(full_name))
  where phone is not null and date_of_birth is null;

alter table public.calls add column identity_failures int not null default 0 check (identity_failures >= 0);
comment on column public.calls.identity_failures is 'Wrong answers to who is calling; three lock the call.';

create table public.call_patients (
  call_id uuid not null references public.calls on delete cascade,
  patient_id uuid not null references public.patients on delete cascade,
  how text not null check (how in ('name_and_birth', 'code', 'registered')),
  verified_at timestamptz not null default now(),
  request_id text check (length(request_id) between 1 and 200),
  primary key (call_id, patient_id),
  constraint call_patients_once_per_request unique (call_id, request_id)
);
comment on table public.call_patients is 'The patients a call may read and change, and by what proof.';
comment on column public.call_patients.request_id is 'Of the registration, which is idempotent by it.';
create index call_patients_patient on public.call_patients (patient_id);

create table public.access_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  clinic_id uuid references public.clinics on delete cascade,
  call_id uuid references public.calls on delete set null,
  patient_id uuid references public.patients on delete set null,
  action text not null check (length(action) between 1 and 60),
  row_table text,
  row_id uuid
);
comment on table public.access_log is
  'What was read or changed of whom, in which call, and each try to be verified. Rows are only ever added. A refusal that raises leaves none: it is in tool_runs.';
create index access_log_clinic on public.access_log (clinic_id, at desc);
create index access_log_patient on public.access_log (patient_id, at desc);
create index access_log_call on public.access_log (call_id);

create function public.log_access(
  p_call_id uuid, p_patient_id uuid, p_action text, p_row_table text default null, p_row_id uuid default null,
  p_now timestamptz default now()
) returns void
language sql set search_path = '' as $$
  insert into public.access_log (at, clinic_id, call_id, patient_id, action, row_table, row_id)
  select coalesce(p_now, now()), c.clinic_id, c.id, p_patient_id, coalesce(nullif(left(p_action, 60), ''), 'unnamed'), p_row_table, p_row_id
  from public.calls c where c.id = p_call_id
$$;
comment on function public.log_access(uuid, uuid, text, text, uuid, timestamptz) is
  'Notes that a call has read or changed a row of a patient.';

create function public.require_patient(p_call_id uuid, p_epoch int, p_patient_id uuid, p_action text) returns public.patients
language plpgsql set search_path = '' as $$
declare
  v_patient public.patients;
begin
  perform public.share_call(p_call_id, p_epoch);
  select t.* into v_patient
  from public.calls c
  join public.call_patients v on v.call_id = c.id
  join public.patients t on t.id = v.patient_id and t.clinic_id = c.clinic_id
  -- share_call lets a missing epoch pass: here it proves nothing.
  where c.id = p_call_id and c.epoch = p_epoch and t.id = p_patient_id;
  if not found then
    raise exception using errcode = 'PT403', message = 'patient_not_verified', hint = 'Verify who is calling first.';
  end if;
  perform public.log_access(p_call_id, p_patient_id, p_action, 'patients', p_patient_id);
  v_patient.code_hash := null;
  return v_patient;
end $$;
comment on function public.require_patient(uuid, int, uuid, text) is
  'The gate: the patient (without the code), if the call has verified them, and a row in access_log. Raises PT403 patient_not_verified, the same for one that does not exist; PT409 call_taken_over.';

create function public.identity_call(p_call_id uuid, p_epoch int) returns public.calls
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.lock_call(p_call_id, p_epoch);
begin
  if v_call.id is null then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  elsif p_epoch is distinct from v_call.epoch then
    raise exception using errcode = 'PT409', message = 'call_taken_over', hint = 'Leave the call alone: another worker has it.';
  elsif v_call.ended_at is not null then
    -- Nobody is there any more to prove anything.
    v_call.identity_failures := 3;
  end if;
  return v_call;
end $$;
comment on function public.identity_call(uuid, int) is
  'The call''s row, locked, for a try to be verified; one that is over has no tries left. Raises PT404 call_unknown, PT409 call_taken_over.';

create function public.identity_reply(p_failures int) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_build_object('verified', false, 'attempts_left', greatest(3 - p_failures, 0), 'locked', p_failures >= 3)
$$;
comment on function public.identity_reply(int) is 'What a call hears that has not verified anybody: the same whether or not the patient exists.';

create function public.identity_failed(p_call public.calls, p_action text, p_now timestamptz) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_failures int := p_call.identity_failures + 1;
begin
  if p_call.identity_failures >= 3 then
    perform public.log_access(p_call.id, null, p_action || '_locked', null, null, p_now);
    return public.identity_reply(3);
  end if;
  update public.calls set identity_failures = v_failures where id = p_call.id;
  perform public.log_access(p_call.id, null, p_action || '_failed', null, null, p_now);
  return public.identity_reply(v_failures);
end $$;
comment on function public.identity_failed(public.calls, text, timestamptz) is
  'Counts a wrong answer of a call that identity_call has locked, and gives the reply; a locked call counts no further.';

create function public.note_verified(
  p_call_id uuid, p_patient_id uuid, p_how text, p_action text, p_now timestamptz, p_request_id text default null
) returns jsonb
language plpgsql set search_path = '' as $$
begin
  insert into public.call_patients (call_id, patient_id, how, verified_at, request_id)
  values (p_call_id, p_patient_id, p_how, coalesce(p_now, now()), p_request_id)
  on conflict (call_id, patient_id) do nothing;
  perform public.log_access(p_call_id, p_patient_id, p_action, 'patients', p_patient_id, p_now);
  return (
    select jsonb_build_object('verified', true, 'patient_id', t.id, 'full_name', t.full_name)
    from public.patients t where t.id = p_patient_id);
end $$;
comment on function public.note_verified(uuid, uuid, text, text, timestamptz, text) is
  'Lets a call have a patient whose proof the function that calls this has seen, and gives the reply. The first proof sticks.';

create function public.plain_number(p_number text) returns text
language sql immutable set search_path = '' as $$
  select case when public.is_phone_number(v.number) then regexp_replace(v.number, '^(\+|00)', '') end
  from regexp_replace(left(p_number, 200), '[\s().-]', '', 'g') v(number)
$$;
comment on function public.plain_number(text) is
  'The digits of a number with its country code, as +92…, 92… and 0092… all have them; null for what is no telephone number.';

create function public.find_by_birth(p_clinic_id uuid, p_name text, p_date_of_birth date) returns uuid[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(t.id order by t.id), '{}')
  from public.patients t
  -- A name of signs alone folds to nothing, and nothing is nobody's name. 400: no stored name is longer, however it is written.
  where t.clinic_id = p_clinic_id and t.date_of_birth = p_date_of_birth and length(p_name) <= 400
    and public.fold_name(t.full_name) = nullif(public.fold_name(left(p_name, 400)), '')
$$;
comment on function public.find_by_birth(uuid, text, date) is 'The clinic''s patients of that name and birth date.';

create function public.single_out(p_found uuid[], p_phone text, p_caller text) returns uuid
language plpgsql stable set search_path = '' as $$
declare
  v_number text;
  v_left uuid[];
begin
  if cardinality(p_found) = 1 then
    return p_found[1];
  end if;
  foreach v_number in array array[public.plain_number(p_phone), public.plain_number(p_caller)] loop
    select array_agg(t.id) into v_left from public.patients t where t.id = any (p_found) and t.phone = '+' || v_number;
    if cardinality(v_left) = 1 then
      return v_left[1];
    end if;
  end loop;
  return null;
end $$;
comment on function public.single_out(uuid[], text, text) is
  'Of people of one name and birth date the one with the number given, else with the caller''s; null when that is not exactly one.';

create function public.identify_patient(
  p_call_id uuid, p_epoch int, p_name text, p_date_of_birth date, p_phone text default null, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.identity_call(p_call_id, p_epoch);
  v_found uuid[];
  v_patient uuid;
begin
  if v_call.identity_failures >= 3 then
    return public.identity_failed(v_call, 'identify', p_now);
  end if;
  v_found := public.find_by_birth(v_call.clinic_id, p_name, p_date_of_birth);
  v_patient := public.single_out(v_found, p_phone, v_call.caller_number);
  if v_patient is not null then
    return public.note_verified(p_call_id, v_patient, 'name_and_birth', 'identify', p_now);
  elsif cardinality(v_found) = 0 then
    return public.identity_failed(v_call, 'identify', p_now);
  elsif nullif(btrim(p_phone), '') is null then
    perform public.log_access(p_call_id, null, 'identify_ambiguous', null, null, p_now);
    return public.identity_reply(v_call.identity_failures) || '{"need": "phone"}';
  end if;
  -- A wrong number is a wrong answer: else numbers could be tried without end.
  return public.identity_failed(v_call, 'identify', p_now) || '{"need": "phone"}';
end $$;
comment on function public.identify_patient(uuid, int, text, date, text, timestamptz) is
  'Verifies a patient for the call by name and birth date: {verified: true, patient_id, full_name}, or {verified: false, attempts_left, locked}; with need: phone where the clinic has several such patients and neither the number given nor the caller''s is of exactly one. Being asked for the number is no failure. The third failure locks the call: from then on right answers do not help either. Raises PT404 call_unknown, PT409 call_taken_over.';

create function public.identify_by_code(p_call_id uuid, p_epoch int, p_code text, p_now timestamptz default now()) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.identity_call(p_call_id, p_epoch);
  v_found uuid[];
begin
  if v_call.identity_failures < 3 and p_code ~ '^[0-9]{4,8}$' then
    -- Materialized, so that only the few codes of this number are worked out.
    with of_caller as materialized (
      select t.id, t.code_hash from public.patients t
      where t.clinic_id = v_call.clinic_id and t.phone = '+' || public.plain_number(v_call.caller_number) and t.code_hash is not null)
    select array_agg(f.id) into v_found from of_caller f where f.code_hash = extensions.crypt(p_code, f.code_hash);
  end if;
  -- Two of a family with one code: it says nothing of who is calling.
  if cardinality(v_found) = 1 then
    return public.note_verified(p_call_id, v_found[1], 'code', 'identify_code', p_now);
  end if;
  return public.identity_failed(v_call, 'identify_code', p_now);
end $$;
comment on function public.identify_by_code(uuid, int, text, timestamptz) is
  'Verifies by a keyed code one of the patients whose number the caller''s is. Replies, failures and errors as identify_patient.';

create function public.set_patient_code(p_patient_id uuid, p_code text) returns void
language plpgsql set search_path = '' as $$
begin
  if p_code is null or p_code !~ '^[0-9]{4,8}$' then
    raise exception using errcode = 'PT422', message = 'code_invalid', hint = 'Give 4 to 8 digits.';
  end if;
  -- Work factor 8 is some 15 ms, for one code of a few that share a number.
  update public.patients set code_hash = extensions.crypt(p_code, extensions.gen_salt('bf', 8)) where id = p_patient_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'patient_unknown', hint = 'Register the patient first.';
  end if;
end $$;
comment on function public.set_patient_code(uuid, text) is
  'Gives a patient the code to key in, for the front desk and never for a call. Raises PT422 code_invalid, PT404 patient_unknown.';

create function public.check_registration(
  p_name text, p_date_of_birth date, p_phone text, p_today date
) returns void
language plpgsql immutable set search_path = '' as $$
begin
  -- Signs that turn the direction of writing would show the front desk another name than is stored.
  if p_name is null or length(p_name) not between 1 and 120 or p_name ~ '[[:cntrl:]\u202A-\u202E\u2066-\u2069]'
    or p_name !~ '[[:alpha:]]' or public.fold_name(p_name) = '' then
    raise exception using errcode = 'PT422', message = 'name_invalid', hint = 'Give 1 to 120 printable characters, a letter among them.';
  elsif p_date_of_birth is null or p_date_of_birth <= date '1900-01-01' or p_date_of_birth > p_today then
    raise exception using errcode = 'PT422', message = 'birth_date_invalid', hint = 'Give a date after 1900-01-01 that is not in the future.';
  elsif p_phone !~ '^\+[1-9][0-9]{6,14}$' then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164, or none.';
  end if;
end $$;
comment on function public.check_registration(text, date, text, date) is
  'Raises PT422 name_invalid, birth_date_invalid or phone_invalid for what cannot be a patient.';

create function public.register_patient(
  p_call_id uuid, p_epoch int, p_request_id text, p_name text, p_date_of_birth date, p_phone text default null,
  p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.identity_call(p_call_id, p_epoch);
  v_now timestamptz := coalesce(p_now, now());
  v_name text := regexp_replace(btrim(left(p_name, 1000)), ' +', ' ', 'g');
  v_phone text := nullif(btrim(p_phone), '');
  v_created boolean := false;
  v_before public.patients;
  v_patient uuid;
begin
  if p_request_id is null or length(p_request_id) not between 1 and 200 then
    raise exception using errcode = 'PT422', message = 'request_invalid', hint = 'Give 1 to 200 characters.';
  end if;
  select t.* into v_before
  from public.call_patients v join public.patients t on t.id = v.patient_id
  where v.call_id = p_call_id and v.request_id = p_request_id;
  v_patient := v_before.id;
  if v_patient is not null then
    -- Else one child would be taken for the other.
    if public.fold_name(v_before.full_name) is distinct from public.fold_name(v_name)
      or v_before.date_of_birth is distinct from p_date_of_birth then
      raise exception using errcode = 'PT422', message = 'request_invalid', hint = 'This id was given to another request.';
    end if;
  else
    if v_call.clinic_id is null then
      raise exception using errcode = 'PT404', message = 'clinic_unknown', hint = 'A call of no clinic has no patients.';
    elsif v_call.identity_failures >= 3 then
      raise exception using errcode = 'PT403', message = 'identity_locked', hint = 'Take a message for the front desk.';
    end if;
    perform public.check_registration(v_name, p_date_of_birth, v_phone, (
      select (v_now at time zone c.time_zone)::date from public.clinics c where c.id = v_call.clinic_id));
    -- Two calls that register one person at once make one patient.
    perform pg_advisory_xact_lock(hashtextextended(
      format('%s/%s/%s', v_call.clinic_id, p_date_of_birth, public.fold_name(v_name)), 0));
    v_patient := public.single_out(
      public.find_by_birth(v_call.clinic_id, v_name, p_date_of_birth), v_phone, v_call.caller_number);
    v_created := v_patient is null;
    if v_created then
      -- Registering a patient's name with birth dates until one fits is guessing, too.
      if exists (
        select from public.patients t
        where t.clinic_id = v_call.clinic_id and public.fold_name(t.full_name) = public.fold_name(v_name)
          and t.date_of_birth is not null
      ) then
        perform public.identity_failed(v_call, 'register', v_now);
      end if;
      insert into public.patients (clinic_id, full_name, phone, date_of_birth)
      values (v_call.clinic_id, v_name, v_phone, p_date_of_birth)
      returning id into v_patient;
    end if;
    perform public.note_verified(
      p_call_id, v_patient, case when v_created then 'registered' else 'name_and_birth' end, 'register', v_now, p_request_id);
  end if;
  return (
    select jsonb_build_object('patient_id', t.id, 'created', v_created, 'full_name', t.full_name)
    from public.patients t where t.id = v_patient);
end $$;
comment on function public.register_patient(uuid, int, text, text, date, text, timestamptz) is
  'Registers a new patient, verified for the call: {patient_id, created, full_name}. Idempotent by call and request. Who is on record with that name and birth date is that patient, unchanged (created false). A new patient of a name that the clinic has with another birth date counts as a failure. Raises PT403 identity_locked; PT422 name_invalid, birth_date_invalid, phone_invalid, request_invalid; PT404 call_unknown, clinic_unknown; PT409 call_taken_over.';

create function public.call_patient_list(p_call_id uuid, p_epoch int) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_list jsonb;
begin
  perform public.share_call(p_call_id, p_epoch);
  with listed as materialized (
    select t.id, t.full_name, t.clinic_id, v.verified_at
    from public.calls c
    join public.call_patients v on v.call_id = c.id
    join public.patients t on t.id = v.patient_id and t.clinic_id = c.clinic_id
    where c.id = p_call_id and c.epoch = p_epoch
  ), logged as (
    insert into public.access_log (clinic_id, call_id, patient_id, action, row_table, row_id)
    select l.clinic_id, p_call_id, l.id, 'list', 'patients', l.id from listed l
  )
  select coalesce(jsonb_agg(jsonb_build_object('patient_id', l.id, 'full_name', l.full_name) order by l.verified_at, l.id), '[]')
  into v_list from listed l;
  return v_list;
end $$;
comment on function public.call_patient_list(uuid, int) is
  'The patients whom the call has verified, in order: [{patient_id, full_name}]. Raises PT409 call_taken_over.';

-- As it was, but a name and a number alone never reach the record of a patient who could be verified.
create or replace function public.book_appointment(
  p_call_id uuid, p_request_id text, p_clinic_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz,
  p_patient_name text, p_patient_phone text, p_now timestamptz default now(), p_epoch int default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_name text := btrim(p_patient_name);
  v_phone text := nullif(btrim(p_patient_phone), '');
  v_problem text;
  v_call_clinic uuid;
  v_id uuid;
  v_patient uuid;
begin
  -- One booking of a practitioner at a time: two inserts that meet in an exclusion constraint wait for each other until one is shot.
  perform from public.practitioners p where p.id = p_practitioner_id for no key update;
  perform public.share_call(p_call_id, p_epoch);
  select a.id into v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
  if found then
    return public.appointment_receipt(v_id, false);
  end if;

  if v_name is null or length(v_name) not between 1 and 120 or v_name ~ '[[:cntrl:]]' then
    raise exception using errcode = 'PT422', message = 'name_invalid', hint = 'Give 1 to 120 printable characters.';
  elsif v_phone !~ '^\+[1-9][0-9]{6,14}$' then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164, or none.';
  end if;
  if p_call_id is not null then
    select c.clinic_id into v_call_clinic from public.calls c where c.id = p_call_id;
    if not found then
      raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
    end if;
  end if;
  v_problem := case when v_call_clinic <> p_clinic_id then 'other_clinic'
    else public.appointment_slot_problem(p_clinic_id, p_practitioner_id, p_service_id, p_starts_at, coalesce(p_now, now())) end;
  if v_problem is not null then
    raise exception using errcode = 'PT422', message = 'slot_invalid', detail = v_problem,
      hint = 'Offer a time that find_free_slots returned.';
  end if;

  insert into public.patients (clinic_id, full_name, phone) values (p_clinic_id, v_name, v_phone)
  on conflict (clinic_id, phone, lower(full_name)) where phone is not null and date_of_birth is null do nothing
  returning id into v_patient;
  if v_patient is null then
    select t.id into v_patient from public.patients t
    where t.clinic_id = p_clinic_id and t.phone = v_phone and lower(t.full_name) = lower(v_name) and t.date_of_birth is null;
  end if;
  begin
    insert into public.appointments
      (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, call_id, request_id)
    select p_clinic_id, v_patient, p_practitioner_id, s.id, p_starts_at,
      p_starts_at + make_interval(mins => s.duration_minutes), p_call_id, p_request_id
    from public.services s where s.id = p_service_id
    returning id into v_id;
    return public.appointment_receipt(v_id, true);
  exception
    when exclusion_violation then
      raise exception using errcode = 'PT409', message = 'slot_taken', hint = 'Offer another time.';
    when unique_violation then
      -- The same request came twice at once, for two practitioners: the lock above did not order them.
      select a.id into strict v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
      return public.appointment_receipt(v_id, false);
  end;
end $$;

alter table public.call_patients enable row level security;
alter table public.access_log enable row level security;
create policy own_clinic on public.call_patients for select to authenticated
  using (exists (select from public.calls c where c.id = call_id and c.clinic_id = (select public.auth_clinic_id())));
create policy own_clinic on public.access_log for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
revoke all on public.call_patients, public.access_log from public, anon, authenticated, service_role;
grant select on public.call_patients, public.access_log to authenticated;
grant all on public.call_patients to service_role;
grant select, insert on public.access_log to service_role;

revoke execute on function public.fold_name(text),
  public.log_access(uuid, uuid, text, text, uuid, timestamptz),
  public.require_patient(uuid, int, uuid, text),
  public.identity_call(uuid, int),
  public.identity_reply(int),
  public.identity_failed(public.calls, text, timestamptz),
  public.note_verified(uuid, uuid, text, text, timestamptz, text),
  public.plain_number(text),
  public.find_by_birth(uuid, text, date),
  public.single_out(uuid[], text, text),
  public.identify_patient(uuid, int, text, date, text, timestamptz),
  public.identify_by_code(uuid, int, text, timestamptz),
  public.set_patient_code(uuid, text),
  public.check_registration(text, date, text, date),
  public.register_patient(uuid, int, text, text, date, text, timestamptz),
  public.call_patient_list(uuid, int)
  from public, anon, authenticated;
grant execute on function public.fold_name(text),
  public.log_access(uuid, uuid, text, text, uuid, timestamptz),
  public.require_patient(uuid, int, uuid, text),
  public.identity_call(uuid, int),
  public.identity_reply(int),
  public.identity_failed(public.calls, text, timestamptz),
  public.note_verified(uuid, uuid, text, text, timestamptz, text),
  public.plain_number(text),
  public.find_by_birth(uuid, text, date),
  public.single_out(uuid[], text, text),
  public.identify_patient(uuid, int, text, date, text, timestamptz),
  public.identify_by_code(uuid, int, text, timestamptz),
  public.set_patient_code(uuid, text),
  public.check_registration(text, date, text, date),
  public.register_patient(uuid, int, text, text, date, text, timestamptz),
  public.call_patient_list(uuid, int)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122090000' $$;

notify pgrst, 'reload schema';
