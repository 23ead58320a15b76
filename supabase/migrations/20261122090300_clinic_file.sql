-- A clinic from one document: what a file of the clinic's data says becomes the rows, in one transaction, and the rows become a document again.

create function public.clinic_document(p_slug text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'slug', c.slug, 'name', c.name, 'time_zone', c.time_zone, 'country', c.country, 'language', c.language,
    'languages', to_jsonb(c.languages), 'agent_name', c.agent_name, 'staff_number', c.staff_number, 'sms_from', c.sms_from,
    'greeting', c.greeting, 'emergency_line', c.emergency_line, 'recording_line', c.recording_line,
    'lead_time_minutes', c.lead_time_minutes, 'slot_step_minutes', c.slot_step_minutes, 'max_days_ahead', c.max_days_ahead,
    'max_workers', c.max_workers, 'retain_transcripts_days', c.retain_transcripts_days, 'redact_transcripts', c.redact_transcripts,
    'numbers', (
      select coalesce(jsonb_agg(n.number order by n.number), '[]')
      from public.clinic_numbers n where n.clinic_id = c.id),
    'hours', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'weekday', h.weekday, 'opens', to_char(h.opens, 'HH24:MI'), 'closes', to_char(h.closes, 'HH24:MI')
      ) order by h.weekday, h.opens), '[]')
      from public.clinic_hours h where h.clinic_id = c.id),
    'closures', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'from', k.from_date, 'to', k.to_date, 'reason', k.reason,
        'opens', to_char(k.opens, 'HH24:MI'), 'closes', to_char(k.closes, 'HH24:MI')
      ) order by k.from_date, k.to_date, k.opens, k.reason), '[]')
      from (select distinct from_date, to_date, reason, opens, closes from public.clinic_closures where clinic_id = c.id) k),
    'services', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'slug', s.slug, 'name', s.name, 'duration_minutes', s.duration_minutes, 'aliases', s.aliases, 'price', s.price,
        'buffer_minutes', s.buffer_minutes, 'lead_time_minutes', s.lead_time_minutes
      ) order by s.slug), '[]')
      from public.services s where s.clinic_id = c.id and s.active),
    'practitioners', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'name', p.name, 'title', p.title,
        'services', (
          select coalesce(jsonb_agg(s.slug order by s.slug), '[]')
          from public.practitioner_services ps join public.services s on s.id = ps.service_id
          where ps.practitioner_id = p.id and s.active)
      ) order by p.name, p.id), '[]')
      from public.practitioners p where p.clinic_id = c.id and p.active),
    'answers', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'question', a.question, 'answer', a.answer, 'keywords', a.keywords
      ) order by a.question, a.answer), '[]')
      from (select distinct question, answer, keywords from public.clinic_answers where clinic_id = c.id) a))
  from public.clinics c where c.slug = p_slug
$$;
comment on function public.clinic_document(text) is
  'What is set up for a clinic, as apply_clinic takes it; null when there is no such clinic. Services and practitioners that were deactivated are left out. Times are HH:MM on the clinic''s clock.';

create function public.apply_clinic_row(p_clinic jsonb, out clinic_id uuid, out created boolean, out changed int)
language plpgsql set search_path = '' as $$
#variable_conflict use_column
begin
  insert into public.clinics (slug, name, time_zone, country)
  values (p_clinic ->> 'slug', p_clinic ->> 'name', p_clinic ->> 'time_zone', p_clinic ->> 'country')
  on conflict (slug) do nothing;
  created := found;
  -- Of two at once the second waits here. `for update` would stop the bookings of calls as well, whose rows point to this one.
  select c.id into clinic_id from public.clinics c where c.slug = p_clinic ->> 'slug' for no key update;
  update public.clinics c set (
    name, time_zone, country, language, languages, agent_name, staff_number, sms_from, greeting, emergency_line, recording_line,
    lead_time_minutes, slot_step_minutes, max_days_ahead, max_workers, retain_transcripts_days, redact_transcripts
  ) = (
    n.name, n.time_zone, n.country, n.language, n.languages, n.agent_name, n.staff_number, n.sms_from, n.greeting, n.emergency_line,
    n.recording_line, n.lead_time_minutes, n.slot_step_minutes, n.max_days_ahead, n.max_workers, n.retain_transcripts_days,
    n.redact_transcripts)
  from jsonb_populate_record(null::public.clinics, p_clinic) n
  where c.slug = n.slug and (
    c.name, c.time_zone, c.country, c.language, c.languages, c.agent_name, c.staff_number, c.sms_from, c.greeting, c.emergency_line,
    c.recording_line, c.lead_time_minutes, c.slot_step_minutes, c.max_days_ahead, c.max_workers, c.retain_transcripts_days,
    c.redact_transcripts
  ) is distinct from (
    n.name, n.time_zone, n.country, n.language, n.languages, n.agent_name, n.staff_number, n.sms_from, n.greeting, n.emergency_line,
    n.recording_line, n.lead_time_minutes, n.slot_step_minutes, n.max_days_ahead, n.max_workers, n.retain_transcripts_days,
    n.redact_transcripts);
  get diagnostics changed = row_count;
end $$;
comment on function public.apply_clinic_row(jsonb) is
  'Part of apply_clinic: makes or changes the clinic''s own row, and holds it until the transaction ends.';

create function public.apply_clinic_numbers(p_clinic_id uuid, p_numbers jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int;
  v_removed int;
  v_taken record;
begin
  delete from public.clinic_numbers n where n.clinic_id = p_clinic_id and not p_numbers ? n.number;
  get diagnostics v_removed = row_count;
  insert into public.clinic_numbers (number, clinic_id)
  select t.number, p_clinic_id from jsonb_array_elements_text(p_numbers) t(number)
  on conflict (number) do nothing;
  get diagnostics v_added = row_count;
  select n.number, c.slug into v_taken
  from public.clinic_numbers n join public.clinics c on c.id = n.clinic_id
  where p_numbers ? n.number and n.clinic_id <> p_clinic_id limit 1;
  if found then
    raise exception using errcode = 'PT409', message = 'number_taken',
      hint = format('The number %s belongs to the clinic %s: take it out of one of the two.', v_taken.number, v_taken.slug);
  end if;
  return jsonb_build_object('added', v_added, 'changed', 0, 'removed', v_removed, 'deactivated', 0);
end $$;
comment on function public.apply_clinic_numbers(uuid, jsonb) is
  'Part of apply_clinic. A number of another clinic is not taken from it: PT409 number_taken, with both in the hint.';

create function public.apply_clinic_hours(p_clinic_id uuid, p_hours jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int;
  v_removed int;
begin
  delete from public.clinic_hours h where h.clinic_id = p_clinic_id and not exists (
    select from jsonb_to_recordset(p_hours) n(weekday int, opens time, closes time)
    where (n.weekday, n.opens, n.closes) = (h.weekday, h.opens, h.closes));
  get diagnostics v_removed = row_count;
  insert into public.clinic_hours (clinic_id, weekday, opens, closes)
  select distinct p_clinic_id, n.weekday, n.opens, n.closes
  from jsonb_to_recordset(p_hours) n(weekday int, opens time, closes time)
  where not exists (
    select from public.clinic_hours h
    where h.clinic_id = p_clinic_id and (h.weekday, h.opens, h.closes) = (n.weekday, n.opens, n.closes));
  get diagnostics v_added = row_count;
  return jsonb_build_object('added', v_added, 'changed', 0, 'removed', v_removed, 'deactivated', 0);
end $$;
comment on function public.apply_clinic_hours(uuid, jsonb) is 'Part of apply_clinic.';

create function public.apply_clinic_closures(p_clinic_id uuid, p_closures jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int;
  v_removed int;
begin
  delete from public.clinic_closures k where k.clinic_id = p_clinic_id and not exists (
    select from jsonb_to_recordset(p_closures) n("from" date, "to" date, reason text, opens time, closes time)
    where (n."from", n."to", n.reason, n.opens, n.closes) is not distinct from (k.from_date, k.to_date, k.reason, k.opens, k.closes));
  get diagnostics v_removed = row_count;
  insert into public.clinic_closures (clinic_id, from_date, to_date, reason, opens, closes)
  select distinct p_clinic_id, n."from", n."to", n.reason, n.opens, n.closes
  from jsonb_to_recordset(p_closures) n("from" date, "to" date, reason text, opens time, closes time)
  where not exists (
    select from public.clinic_closures k where k.clinic_id = p_clinic_id
      and (n."from", n."to", n.reason, n.opens, n.closes) is not distinct from (k.from_date, k.to_date, k.reason, k.opens, k.closes));
  get diagnostics v_added = row_count;
  return jsonb_build_object('added', v_added, 'changed', 0, 'removed', v_removed, 'deactivated', 0);
end $$;
comment on function public.apply_clinic_closures(uuid, jsonb) is 'Part of apply_clinic.';

create function public.apply_clinic_answers(p_clinic_id uuid, p_answers jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int;
  v_changed int;
  v_removed int;
begin
  update public.clinic_answers a set answer = n.answer, keywords = n.keywords
  from jsonb_to_recordset(p_answers) n(question text, answer text, keywords text[])
  where a.clinic_id = p_clinic_id and a.question = n.question and (a.answer, a.keywords) is distinct from (n.answer, n.keywords);
  get diagnostics v_changed = row_count;
  delete from public.clinic_answers a where a.clinic_id = p_clinic_id and not exists (
    select from jsonb_to_recordset(p_answers) n(question text) where n.question = a.question);
  get diagnostics v_removed = row_count;
  insert into public.clinic_answers (clinic_id, question, answer, keywords)
  select p_clinic_id, n.question, n.answer, n.keywords
  from jsonb_to_recordset(p_answers) n(question text, answer text, keywords text[])
  where not exists (select from public.clinic_answers a where a.clinic_id = p_clinic_id and a.question = n.question);
  get diagnostics v_added = row_count;
  return jsonb_build_object('added', v_added, 'changed', v_changed, 'removed', v_removed, 'deactivated', 0);
end $$;
comment on function public.apply_clinic_answers(uuid, jsonb) is 'Part of apply_clinic.';

create function public.remove_service(p_service_id uuid) returns boolean
language plpgsql set search_path = '' as $$
begin
  delete from public.services t where t.id = p_service_id;
  return true;
exception when foreign_key_violation then
  -- Asked of the keys, and not beforehand: an appointment may be on its way.
  update public.services t set active = false where t.id = p_service_id;
  return false;
end $$;
comment on function public.remove_service(uuid) is
  'Part of apply_clinic: deletes a service, or deactivates it where an appointment or a place on the waiting list needs it. True when it was deleted.';

create function public.remove_practitioner(p_practitioner_id uuid) returns boolean
language plpgsql set search_path = '' as $$
begin
  delete from public.practitioners t where t.id = p_practitioner_id;
  return true;
exception when foreign_key_violation then
  -- Asked of the keys, and not beforehand: an appointment may be on its way.
  update public.practitioners t set active = false where t.id = p_practitioner_id;
  return false;
end $$;
comment on function public.remove_practitioner(uuid) is
  'Part of apply_clinic: deletes a practitioner, or deactivates one whom an appointment or a place on the waiting list needs. True when deleted.';

create function public.apply_clinic_services(p_clinic_id uuid, p_services jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int;
  v_changed int;
  v_removed int := 0;
  v_gone jsonb := '[]';
  v_service public.services;
begin
  update public.services s set
    name = n.name, duration_minutes = n.duration_minutes, aliases = n.aliases, price = n.price, buffer_minutes = n.buffer_minutes,
    lead_time_minutes = n.lead_time_minutes, active = true
  from jsonb_populate_recordset(null::public.services, p_services) n
  where s.clinic_id = p_clinic_id and s.slug = n.slug
    and (s.name, s.duration_minutes, s.aliases, s.price, s.buffer_minutes, s.lead_time_minutes, s.active)
      is distinct from (n.name, n.duration_minutes, n.aliases, n.price, n.buffer_minutes, n.lead_time_minutes, true);
  get diagnostics v_changed = row_count;
  insert into public.services (clinic_id, slug, name, duration_minutes, aliases, price, buffer_minutes, lead_time_minutes)
  select p_clinic_id, n.slug, n.name, n.duration_minutes, n.aliases, n.price, n.buffer_minutes, n.lead_time_minutes
  from jsonb_populate_recordset(null::public.services, p_services) n
  on conflict (clinic_id, slug) do nothing;
  get diagnostics v_added = row_count;
  for v_service in
    select * from public.services s where s.clinic_id = p_clinic_id and s.active and not exists (
      select from jsonb_to_recordset(p_services) n(slug text) where n.slug = s.slug)
    order by s.slug
  loop
    if public.remove_service(v_service.id) then
      v_removed := v_removed + 1;
    else
      v_gone := v_gone || jsonb_build_object('kind', 'service', 'name', v_service.slug, 'upcoming', (
        select count(*) from public.appointments a
        where a.service_id = v_service.id and a.status = 'booked' and a.starts_at > now()));
    end if;
  end loop;
  return jsonb_build_object('added', v_added, 'changed', v_changed, 'removed', v_removed, 'deactivated', v_gone);
end $$;
comment on function public.apply_clinic_services(uuid, jsonb) is
  'Part of apply_clinic; known by their slugs. Here `deactivated` lists those that could not be deleted, with their appointments to come.';

create function public.apply_clinic_links(p_clinic_id uuid, p_practitioner_id uuid, p_slugs jsonb) returns int
language plpgsql set search_path = '' as $$
declare
  v_gone int;
  v_new int;
begin
  delete from public.practitioner_services ps using public.services s
  where ps.practitioner_id = p_practitioner_id and s.id = ps.service_id and not p_slugs ? s.slug;
  get diagnostics v_gone = row_count;
  insert into public.practitioner_services (practitioner_id, service_id)
  select p_practitioner_id, s.id from public.services s where s.clinic_id = p_clinic_id and s.active and p_slugs ? s.slug
  on conflict do nothing;
  get diagnostics v_new = row_count;
  return v_gone + v_new;
end $$;
comment on function public.apply_clinic_links(uuid, uuid, jsonb) is
  'Part of apply_clinic: what a practitioner offers, by the services'' slugs. How many rows changed.';

create function public.apply_clinic_practitioners(p_clinic_id uuid, p_practitioners jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_added int := 0;
  v_changed int := 0;
  v_removed int := 0;
  v_gone jsonb := '[]';
  v_kept uuid[] := '{}';
  v_item record;
  v_id uuid;
  v_own int;
  v_links int;
begin
  for v_item in
    select * from jsonb_to_recordset(p_practitioners) n(name text, title text, services jsonb, formerly text)
  loop
    select p.id into v_id from public.practitioners p
    where p.clinic_id = p_clinic_id and p.id <> all (v_kept)
      -- Somebody renamed keeps their appointments: as a new person they could be booked twice.
      and (p.name = v_item.name or (p.name = v_item.formerly and p.active))
    order by p.active desc, p.name = v_item.name desc, p.id limit 1;
    if v_id is null then
      insert into public.practitioners (clinic_id, name, title) values (p_clinic_id, v_item.name, v_item.title) returning id into v_id;
      v_added := v_added + 1;
      perform public.apply_clinic_links(p_clinic_id, v_id, v_item.services);
    else
      update public.practitioners p set name = v_item.name, title = v_item.title, active = true
      where p.id = v_id and (p.name, p.title, p.active) is distinct from (v_item.name, v_item.title, true);
      get diagnostics v_own = row_count;
      v_links := public.apply_clinic_links(p_clinic_id, v_id, v_item.services);
      v_changed := v_changed + least(v_own + v_links, 1);
    end if;
    v_kept := v_kept || v_id;
  end loop;
  for v_item in
    select p.id, p.name from public.practitioners p
    where p.clinic_id = p_clinic_id and p.active and p.id <> all (v_kept) order by p.name
  loop
    if public.remove_practitioner(v_item.id) then
      v_removed := v_removed + 1;
    else
      v_gone := v_gone || jsonb_build_object('kind', 'practitioner', 'name', v_item.name, 'upcoming', (
        select count(*) from public.appointments a
        where a.practitioner_id = v_item.id and a.status = 'booked' and a.starts_at > now()));
    end if;
  end loop;
  return jsonb_build_object('added', v_added, 'changed', v_changed, 'removed', v_removed, 'deactivated', v_gone);
end $$;
comment on function public.apply_clinic_practitioners(uuid, jsonb) is
  'Part of apply_clinic; known by their names, or by `formerly` when renamed. `deactivated` is as in apply_clinic_services.';

create function public.apply_clinic(p_clinic jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_row record;
  v_counts jsonb;
  v_gone jsonb;
begin
  if jsonb_typeof(p_clinic) is distinct from 'object' or not p_clinic ?& array[
    'slug', 'numbers', 'hours', 'closures', 'services', 'practitioners', 'answers']
  then
    raise exception using errcode = 'PT422', message = 'clinic_invalid',
      hint = 'It is not a whole document: read the file with `openhours clinic apply`.';
  end if;
  v_row := public.apply_clinic_row(p_clinic);
  v_counts := jsonb_build_object(
    'clinic', jsonb_build_object('added', v_row.created::int, 'changed', case when v_row.created then 0 else v_row.changed end,
      'removed', 0, 'deactivated', 0),
    'numbers', public.apply_clinic_numbers(v_row.clinic_id, p_clinic -> 'numbers'),
    'hours', public.apply_clinic_hours(v_row.clinic_id, p_clinic -> 'hours'),
    'closures', public.apply_clinic_closures(v_row.clinic_id, p_clinic -> 'closures'),
    'services', public.apply_clinic_services(v_row.clinic_id, p_clinic -> 'services'));
  -- After the services: what a practitioner offers has to be there.
  v_counts := v_counts || jsonb_build_object(
    'practitioners', public.apply_clinic_practitioners(v_row.clinic_id, p_clinic -> 'practitioners'),
    'answers', public.apply_clinic_answers(v_row.clinic_id, p_clinic -> 'answers'));
  v_gone := (v_counts #> '{services,deactivated}') || (v_counts #> '{practitioners,deactivated}');
  v_counts := jsonb_set(v_counts, '{services,deactivated}', to_jsonb(jsonb_array_length(v_counts #> '{services,deactivated}')));
  v_counts := jsonb_set(v_counts, '{practitioners,deactivated}', to_jsonb(jsonb_array_length(v_counts #> '{practitioners,deactivated}')));
  return jsonb_build_object(
    'clinic_id', v_row.clinic_id, 'created', v_row.created, 'counts', v_counts, 'deactivated', v_gone,
    'changed', exists (select from jsonb_each(v_counts) s, jsonb_each(s.value) n where n.value::int > 0));
end $$;
comment on function public.apply_clinic(jsonb) is
  'Makes the rows of a clinic what the document says (a whole one, as clinic_document gives it; practitioners may have `formerly`), and leaves those of others alone. {clinic_id, created, changed, counts: {section: {added, changed, removed, deactivated}}, deactivated: [{kind, name, upcoming}]}. A second run changes nothing. PT422 clinic_invalid, time_zone_unknown; PT409 number_taken.';

revoke execute on function public.clinic_document(text), public.apply_clinic(jsonb), public.apply_clinic_row(jsonb),
  public.apply_clinic_numbers(uuid, jsonb), public.apply_clinic_hours(uuid, jsonb), public.apply_clinic_closures(uuid, jsonb),
  public.apply_clinic_answers(uuid, jsonb), public.apply_clinic_services(uuid, jsonb), public.remove_service(uuid),
  public.remove_practitioner(uuid), public.apply_clinic_links(uuid, uuid, jsonb), public.apply_clinic_practitioners(uuid, jsonb)
  from public, anon, authenticated;
grant execute on function public.clinic_document(text), public.apply_clinic(jsonb), public.apply_clinic_row(jsonb),
  public.apply_clinic_numbers(uuid, jsonb), public.apply_clinic_hours(uuid, jsonb), public.apply_clinic_closures(uuid, jsonb),
  public.apply_clinic_answers(uuid, jsonb), public.apply_clinic_services(uuid, jsonb), public.remove_service(uuid),
  public.remove_practitioner(uuid), public.apply_clinic_links(uuid, uuid, jsonb), public.apply_clinic_practitioners(uuid, jsonb)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122090300' $$;

notify pgrst, 'reload schema';
