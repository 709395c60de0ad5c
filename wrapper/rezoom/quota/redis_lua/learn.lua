-- What answers teach: a block, use by others, a slower pace.
if operation == 'slow_down' then
  local rate, ceiling, named = number(), number(), number()
  local pace = read_pace()
  if not pace.learned or now - pace.since >= SECOND then
    local rated = rate_now(pace, rate, ceiling) or ceiling
    if named and named > 0 then
      rated = math.min(rated, named)
    end
    pace.learned, pace.since = math.max(0.1, rated * 0.7), now
    write_pace(pace)
  end
  return { DONE, now }
end

local value, margin = number(), number()
local scope = read_scopes()[1]
weigh(scope)
if operation == 'block' then
  if value > scope.blocked then
    call('HSET', scope.marks, 'blocked', whole(value))
    keep(scope.marks, scope.name, value)
  end
  return { DONE, now }
end

local missing = math.min(value, scope.limit)
for _, place in ipairs(list_places(scope)) do
  missing = missing - place[3]
end
if missing > 0 then
  local free = settled_at(scope, margin)
  call('HINCRBY', scope.marks, EXTERNAL .. ':' .. whole(free), whole(missing))
  keep(scope.marks, scope.name, free)
end
return { DONE, now }
