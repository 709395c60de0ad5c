local horizon, margin, send_within, wait = given[9], given[10], given[11], given[12]
local rate, gap, slack, ceiling = tonumber(given[13]), given[14], given[15], given[16]
local scopes = read_scopes(17)
-- Where nothing is counted and nothing takes turns, only a block matters.
local counted = {}
for _, scope in ipairs(scopes) do
  if scope.limit or scope.exclusive then
    counted[#counted + 1] = scope
  end
end

-- Asked again, because the answer was lost? Not when it was given back since.
if earlier then
  local held, pending = 0, 0
  for _, scope in ipairs(counted) do
    local scores =
      call('ZMSCORE', scope.places, PENDING .. token, SETTLED .. token, UNKNOWN .. token)
    pending = pending + (scores[1] and 1 or 0)
    held = held + ((scores[1] or scores[2] or scores[3]) and 1 or 0)
  end
  if pending == #counted then
    return { GRANTED, now, tonumber(earlier) }
  elseif held > 0 then
    return { SPENT, now }
  end
end

local full = false
for _, scope in ipairs(scopes) do
  if weigh(scope) >= (scope.limit or math.huge) or scope.blocked > now
    or (scope.exclusive and scope.flying > now) then
    full = true
  end
end

-- turn() of pacing.py, in the same order of operations, so that both come to the same numbers.
local turn, tat, learned, since = now, 0, nil, 0
if paced then
  local words = paced:gmatch('[^ ]+')
  tat, since, learned = tonumber(words()), tonumber(words()), tonumber((words()))
end
local taught = learned
if learned then
  local most = rate or ceiling
  local grown = learned + most * (0.05 / 60) * (now - since) / SECOND
  if grown < most then
    gap, slack = math.ceil(SECOND / grown), 0
  else
    learned = nil
  end
end
if gap > 0 and tat > now then
  turn = math.max(now, tat - slack)
end

if not full and turn - now <= wait then
  local send_by = turn + send_within
  for _, scope in ipairs(counted) do
    local free = free_at(scope, turn + horizon, margin)
    if call('ZADD', scope.places, 'NX', format('%.0f', free), PENDING .. token) == 0 then
      return { SPENT, now } -- the first scope says so, when nothing is written yet
    end
    keep(scope.places, scope.name, free)
    if scope.exclusive then
      call('HSET', scope.marks, 'flight', format('%.0f %s', send_by, token))
      keep(scope.marks, scope.name, send_by)
    end
  end
  if gap > 0 then
    tat = math.max(now, tat) + gap
    local text = learned and format('%.0f %.0f %.17g', tat, since, learned)
      or format('%.0f %.0f', tat, since)
    call('SET', pace_key, text, 'PX', format('%.0f', math.ceil((tat - now) / 1000) + HOUR_MS))
    if not paced then
      call('ZADD', INDEX, '+inf', pace_name)
    end
  end
  -- For who has to ask again.
  local kept = math.ceil((send_by - now) / 1000) + MINUTE_MS
  call('SET', turn_key, format('%.0f', turn), 'PX', format('%.0f', kept))
  return { GRANTED, now, turn }
end
