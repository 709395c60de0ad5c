local horizon, margin, send_within, wait, rate, gap, slack, ceiling
horizon, margin, send_within, wait, rate, gap, slack, ceiling, at = read('>dddddddd', given, at)
local scopes_at, last = at, 1 + (#given - at + 1) / SPEC_SIZE
local paced, earlier = stored[last + 1], stored[last + 2]
if earlier then -- where nothing is counted, nothing else tells that this was asked before
  return write(SAID, GRANTED, now, earlier)
end

-- turn() of pacing.py, in the same order of operations, so that both come to the same numbers.
local turn, tat, since, learned, pace_kept = now, 0, 0, 0, 0
if paced then
  tat, since, learned, pace_kept = read('>dddd', paced)
end
if learned > 0 then
  local most = rate > 0 and rate or ceiling
  local grown = learned + most * (0.05 / 60) * (now - since) / SECOND
  if grown < most then
    gap, slack = ceil(SECOND / grown), 0
  else
    learned = 0
  end
end
if gap > 0 and tat > now then
  turn = max(now, tat - slack)
end

local latest, send_by = turn + horizon, turn + send_within
local full, known = turn - now > wait, false
local firsts, texts, lives = {}, {}, {}
for i = 2, last do
  local limit, span, exclusive, bundled
  limit, span, exclusive, bundled, at = read(SPEC, given, at)
  local state, size, before = stored[i], 0, nil
  local total, due, kept, blocked, flying, pilot = 0, NEVER, 0, 0, 0, NOBODY
  if state then
    size = #state - TAIL_SIZE
    total, due, kept, blocked, flying, pilot = read(TAIL, state, size + 1)
    known = known or find(state, token, 1, true)
    -- What has freed is dropped when it stands in the way, and when there is much of it.
    if due <= now and (total >= limit or size > 128 * PLACE_SIZE) then
      before, total, due = drop_freed(state, size)
    end
  end
  if total >= limit or blocked > now or (exclusive == 1 and flying > now) then
    full = true
  elseif limit < ENDLESS or exclusive == 1 then
    local free = latest + span + margin
    if span == 0 then
      free = free_at(span, latest, margin)
    end
    local needed = free
    if exclusive == 1 then
      flying, pilot, needed = send_by, token, max(free, send_by)
    end
    if kept < needed + MINUTE then
      kept = needed + MINUTE + HOUR
      lives[i] = kept
    end
    local text = write(
      BOTH, free, PENDING, turn, token,
      total + 1, free < due and free or due, kept, blocked, flying, pilot
    )
    texts[i], firsts[i] = before and before .. text or text, not before and size
  end
end

-- Asked again, because the answer was lost? Not when it was given back since.
if known then
  local counted, pending, held, before = 0, 0, 0, nil
  at = scopes_at
  for i = 2, last do
    local limit, _, exclusive
    limit, _, exclusive, _, at = read(SPEC, given, at)
    if limit < ENDLESS or exclusive == 1 then
      local state = stored[i]
      local place = state and find_place(state, #state - TAIL_SIZE, token, 17)
      counted = counted + 1
      if place then
        local _, kind, number = read('>dBd', state, place)
        held = held + 1
        if kind == PENDING then
          pending, before = pending + 1, number
        end
      end
    end
  end
  if held > 0 then
    -- Long after it could be sent, a place is not given once more: it may have freed.
    local again = pending == counted and now < before + send_within + MINUTE
    return write(SAID, again and GRANTED or SPENT, now, before or 0)
  end
end

if full then
  local refusal = { write(SAID, REFUSED, now, 0), paced or '' }
  for i = 2, last do
    refusal[i + 1] = stored[i] or ''
  end
  return refusal
end

for i = 2, last do
  local text = texts[i]
  if text then
    if firsts[i] then
      call('SETRANGE', KEYS[i], firsts[i], text)
    else
      call('SET', KEYS[i], text, 'KEEPTTL')
    end
    if lives[i] then
      keep(KEYS[i], lives[i])
    end
  end
end
if gap > 0 then
  tat = (tat > now and tat or now) + gap
  local key = KEYS[last + 1]
  -- An hour after the last call, nothing of a lesson is left.
  if pace_kept < tat + HOUR then
    pace_kept = tat + 2 * HOUR
    call('SET', key, write('>dddd', tat, since, learned, pace_kept), 'PX', ceil((pace_kept - now) / 1000))
    call('ZADD', INDEX, '+inf', sub(key, #PACE + 1))
  else
    call('SETRANGE', key, 0, write('>ddd', tat, since, learned))
  end
end
if KEYS[last + 2] then
  call('SET', KEYS[last + 2], turn, 'PX', ceil((send_by - now + MINUTE) / 1000))
end
return write(SAID, GRANTED, now, turn)
