-- What answers teach: a slower pace, a block, use by others.
if operation == 'slow_down' then -- lesson() of pacing.py
  local rate, ceiling, named = tonumber(given[9]), given[10], tonumber(given[11])
  local tat, learned, since = 0, nil, 0
  if paced then
    local words = paced:gmatch('[^ ]+')
    tat, since, learned = tonumber(words()), tonumber(words()), tonumber((words()))
  end
  if learned and now - since < SECOND then
    return { DONE, now }
  end
  local rated = rate or ceiling
  if learned then
    local grown = learned + rated * (0.05 / 60) * (now - since) / SECOND
    rated = math.min(rated, grown)
  end
  if named and named > 0 then
    rated = math.min(rated, named)
  end
  local text = format('%.0f %.0f %.17g', tat, now, math.max(0.1, rated * 0.7))
  local kept = math.max(0, math.ceil((tat - now) / 1000)) + HOUR_MS
  call('SET', pace_key, text, 'PX', format('%.0f', kept))
  call('ZADD', INDEX, '+inf', pace_name)
  return { DONE, now }
end

local value, margin = given[9], given[10]
local scope = read_scopes(11)[1]
weigh(scope)
if operation == 'block' then
  if value > scope.blocked then
    call('HSET', scope.marks, 'blocked', format('%.0f', value))
    keep(scope.marks, scope.name, value)
  end
  return { DONE, now }
end

local missing = math.min(value, scope.limit)
local _, numbers = list_places(scope)
for _, number in ipairs(numbers) do
  missing = missing - number
end
if missing > 0 then
  local free = free_at(scope, now, margin)
  if scope.bundled then
    free = math.ceil(free / MINUTE) * MINUTE
  end
  call('HINCRBY', scope.marks, EXTERNAL .. ':' .. format('%.0f', free), missing)
  keep(scope.marks, scope.name, free)
end
return { DONE, now, math.max(0, missing) }
